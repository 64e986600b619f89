import Encoding
import Foundation
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// Random input; `make fuzz` runs more input, guided by coverage.
@Suite struct FuzzTests {
  /// The number of inputs; `FUZZ_INPUTS` sets another.
  static let inputs = Int(ProcessInfo.processInfo.environment["FUZZ_INPUTS"] ?? "") ?? 20_000

  /// A random number generator with the same sequence in every run.
  struct Generator: RandomNumberGenerator {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }

  static let words: [String] =
    Command.all.map(\.name) + Command.all.flatMap(\.options).flatMap(\.names)
    + [
      "--", "-", "--=", "=", "", " ", "--help", "-h", "--version", "true", "false", "https://x/y",
      "http://127.0.0.1", "90s", "1h30m", "-1s", "9999999999h", "openid,,email", "id_token",
      "urn:x", "\u{0}", "\u{FEFF}--issuer", "é", "😀", String(repeating: "a", count: 300),
    ]

  @Test("messages for random command lines contain no control characters")
  func commandLines() {
    var random = Generator()
    for _ in 0..<Self.inputs {
      let arguments = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        Self.word(&random)
      }
      let variable = "TOKENXCHANGE_" + ["ISSUER", "TIMEOUT", "SCOPES"][Int(random.next() % 3)]
      let parser = ArgumentParser(
        arguments: arguments, variables: [variable: Self.word(&random)])
      do {
        let parsed = try parser.parse()
        guard parsed.command.name == "get-token" else { continue }
        _ = try ExchangeConfiguration(parsed, world: Sample.world(outcomes: []).world)
      } catch {
        let commandError = (error as? UsageError).map { CommandError.usage($0) }
        guard let commandError = commandError ?? error as? CommandError else {
          Issue.record(error)
          continue
        }
        let diagnosis = Diagnosis(commandError)
        #expect(diagnosis.exitCode == .usage && !diagnosis.message.text.isEmpty, "\(arguments)")
        #expect(!Self.hasControlCharacters(diagnosis.message.text), "\(arguments)")
        #expect(!Self.hasControlCharacters(diagnosis.hint.text), "\(arguments)")
      }
    }
  }

  /// Whether a terminal could interpret a part of a line as a control sequence.
  private static func hasControlCharacters(_ line: String) -> Bool {
    line.unicodeScalars.contains { $0.properties.generalCategory == .control }
  }

  /// A word from the table, a prefix of one, two words joined by `=`, or one with a changed
  /// character.
  private static func word(_ random: inout Generator) -> String {
    let word = words.randomElement(using: &random) ?? ""
    switch random.next() % 6 {
    case 0: return word + "=" + (words.randomElement(using: &random) ?? "")
    case 1: return String(word.prefix(Int(random.next() % 8)))
    case 2:
      var letters = Array(word)
      guard !letters.isEmpty else { return word }
      letters[Int(random.next() % UInt64(letters.count))] =
        Character(UnicodeScalar(UInt8(random.next() % 128)))
      return String(letters)
    default: return word
    }
  }

  @Test("damaged responses result in a valid credential or an error without control characters")
  func damagedResponses() throws {
    let file = Golden.fixtures().appendingPathComponent("dex-recordings.json")
    let recordings = try #require(JSON(parsing: Array(Data(contentsOf: file))))
    guard case .array(let exchanges) = recordings["exchanges"] else { return }
    let bodies = exchanges.compactMap { $0["response"]?["body"]?.string }.map { Array($0.utf8) }
    var random = Generator()
    for number in 0..<Self.inputs / 10 {
      var body = bodies[number % bodies.count]
      for _ in 0...Int(random.next() % 4) where !body.isEmpty {
        let index = Int(random.next() % UInt64(body.count))
        switch random.next() % 3 {
        case 0: body[index] = UInt8(truncatingIfNeeded: random.next())
        case 1: body.remove(at: index)
        default: body.removeSubrange(index...)
        }
      }
      let double = Sample.world(
        outcomes: [.success(HTTPResponse(status: 200, body: body))])
      let code = double.run(Sample.base)
      let input = String(decoding: body, as: UTF8.self)
      let lines = double.stderr.split(separator: "\n").map(String.init)
      #expect(!lines.contains(where: Self.hasControlCharacters), "\(input)")
      if code == .done {
        // Damage can turn a JWT into an opaque token, but never into one that breaks the output.
        let output = JSON(parsing: Array(double.stdout.utf8))
        let token = try #require(output?["status"]?["token"]?.string, "\(input)")
        #expect(token.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "\(input)")
      } else {
        #expect(code == .invalidResponse || code == .oauthError, "\(input)")
        #expect(double.stdout == "", "\(input)")
      }
    }
  }
}
