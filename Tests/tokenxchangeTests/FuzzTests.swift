import Encoding
import Foundation
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// Made-up input in great number; `make fuzz` makes more of it, and looks for paths through the code.
@Suite struct FuzzTests {
  /// How many inputs; `FUZZ_INPUTS` asks for more.
  static let inputs = Int(ProcessInfo.processInfo.environment["FUZZ_INPUTS"] ?? "") ?? 20_000

  /// Random numbers that come again in the same order, so that a failure can be looked at.
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

  @Test func commandLines() {
    var random = Generator()
    for _ in 0..<Self.inputs {
      let arguments = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        Self.word(&random)
      }
      let variable = "TOKENXCHANGE_" + ["ISSUER", "TIMEOUT", "SCOPES"][Int(random.next() % 3)]
      let parser = ArgumentParser(
        arguments: arguments, variables: [variable: Self.word(&random)])
      guard let parsed = try? parser.parse(), parsed.command.name == "get-token" else { continue }
      do throws(CommandError) {
        _ = try ExchangeConfiguration(parsed, world: Sample.world(outcomes: []).world)
      } catch {
        let diagnosis = Diagnosis(error)
        #expect(diagnosis.exitCode == .usage && !diagnosis.message.text.isEmpty, "\(arguments)")
      }
    }
  }

  /// A word of the table, a part of one, two joined by `=`, or one with a letter changed.
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

  @Test func damagedAnswersOfDex() throws {
    let file = Golden.fixtures().appendingPathComponent("dex-recordings.json")
    let recordings = try #require(JSON(parsing: Array(Data(contentsOf: file))))
    guard case .array(let exchanges) = recordings["exchanges"] else { return }
    let bodies = exchanges.compactMap { $0["response"]?["body"]?.string }.map { Array($0.utf8) }
    var random = Generator()
    for number in 0..<Self.inputs / 10 {
      var body = bodies[number % bodies.count]
      for _ in 0...Int(random.next() % 4) where !body.isEmpty {
        let place = Int(random.next() % UInt64(body.count))
        switch random.next() % 3 {
        case 0: body[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: body.remove(at: place)
        default: body.removeSubrange(place...)
        }
      }
      let double = Sample.world(
        outcomes: [.success(HTTPResponse(status: 200, body: body))])
      let code = double.run(Sample.base)
      let input = String(decoding: body, as: UTF8.self)
      if code == .done {
        // Damage can make an opaque token of a JWT, but never one that breaks the output.
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
