import Platform
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The location of the cache directory.
@Suite struct CacheDirectoryTests {
  @Test(
    "the directory is set by the option, or else by a variable",
    arguments: [
      ("option first", ["--cache-dir=/d/"], ["KUBECACHEDIR": "/k"], "/d"),
      (
        "kubectl's variable", [], ["KUBECACHEDIR": "/k", "XDG_CACHE_HOME": "/x"], "/k/tokenxchange"
      ),
      ("XDG", [], ["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/tokenxchange"),
      ("relative paths are ignored", [], ["XDG_CACHE_HOME": "x", "HOME": "/h"], homeCache),
      ("home", [], ["HOME": "/h/"], homeCache),
      ("no absolute path", [], ["HOME": ""], nil),
      ("trailing slashes and dots", ["--cache-dir=/d/.//./"], [:], "/d"),
      ("a dot at the end of a name", ["--cache-dir=/d."], [:], "/d."),
      ("the root", ["--cache-dir=//"], [:], "/"),
      ("the current directory", ["--cache-dir=."], [:], "."),
      ("the parent of a link", ["--cache-dir=/link/.."], [:], nil),
      ("the parent of a link, with a slash", ["--cache-dir=/link/../"], [:], nil),
      ("the parent directory", ["--cache-dir=.."], [:], nil),
    ] as [(String, [String], [String: String], String?)])
  func find(
    name: String, options: [String], variables: [String: String], expected: String?
  ) throws {
    let arguments = try ArgumentParser(arguments: options, variables: [:]).parse()
    let found = try? CacheDirectory.find(arguments, variables: variables)
    #expect(found?.path == expected)
  }

  private static let homeCache = "/h/.kube/cache/tokenxchange"

  @Test(
    "each logout error has a message",
    arguments: [
      Row(
        "no directory", .noDirectory,
        "none of KUBECACHEDIR, XDG_CACHE_HOME and HOME is an absolute path"),
      Row(
        "parent directory", .endsInParent("/l/.."),
        #"/l/.. ends in "..": pass the directory itself"#
      ),
      Row("one file", .cannotRemove(files: 1), "1 file cannot be removed"),
      Row("two files", .cannotRemove(files: 2), "2 files cannot be removed"),
      Row("missing", .directory("/d", .missing), "the directory /d does not exist"),
      Row("not a directory", .directory("/d", .notDirectory), "/d is not a directory"),
      Row(
        "another user's", .directory("/d", .notOwned(owner: 1, user: 2)),
        "the directory /d is owned by uid 1, not by uid 2"),
      Row(
        "accessible", .directory("/d", .accessibleByOthers),
        "other users can access the directory /d: its mode must be 0700"),
      Row(
        "cannot be created", .directory("/d", .cannotMake(errno: 30)),
        "cannot create the directory /d: Read-only file system"),
      Row(
        "cannot be inspected", .directory("/d", .cannotInspect(errno: 13)),
        "cannot inspect /d: Permission denied"),
    ] as [Row<CacheError, String>])
  func messages(row: Row<CacheError, String>) {
    let diagnosis = Diagnosis(row.input, source: nil)
    #expect(diagnosis.message.text == "cannot remove the cache: \(row.output)")
    #expect(diagnosis.exitCode == .usage)
    let named = Diagnosis(row.input, source: "TOKENXCHANGE_CACHE_DIR")
    #expect(
      named.message.text == "TOKENXCHANGE_CACHE_DIR: cannot remove the cache: \(row.output)")
  }

  @Test(
    "logout errors have hints",
    arguments: [
      Row(
        "a directory that does not exist", .directory("/d", .missing),
        "pass the directory that get-token or login used, or omit --cache-dir for the default"
      ),
      Row(
        "another user's directory", .directory("/d", .notOwned(owner: 1, user: 2)),
        "pass the cache directory with --cache-dir, and run this as its owner"),
    ] as [Row<CacheError, String>])
  func hints(row: Row<CacheError, String>) {
    #expect(Diagnosis(row.input, source: "--cache-dir").hint.text == row.output)
  }
}
