import Encoding
import TestSupport
import Testing
import TokenExchange

@testable import Platform

/// DNS queries, and valid, malformed and malicious responses.
struct DNSMessageTests {
  /// A query for the A record of `dex.test`.
  static let query = DNSMessage.query("dex.test", .a, id: 0x1234) ?? []

  @Test("a query is encoded correctly")
  func writes() {
    let name: [UInt8] = [3, 0x64, 0x65, 0x78, 4, 0x74, 0x65, 0x73, 0x74, 0]
    #expect(Self.query == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name + [0, 1, 0, 1])
    #expect(DNSMessage.query("DEX.Test", .aaaa, id: 0x1234)?.suffix(14) == name + [0, 28, 0, 1])
  }

  @Test(
    "invalid DNS names are not encoded",
    arguments: [
      "", ".", "a..b", String(repeating: "a", count: 64),
      Array(repeating: String(repeating: "a", count: 49), count: 6).joined(separator: "."),
      "a b", "a\u{7F}", "é",
    ])
  func invalidNames(_ name: String) {
    #expect(DNSMessage.query(name, .a, id: 1) == nil)
  }

  /// A response to the query, with these records.
  static func response(
    _ records: [[UInt8]], flags: [UInt8] = [0x81, 0x80], count: Int? = nil
  ) -> [UInt8] {
    [0x12, 0x34] + flags + [0, 1, 0, UInt8(count ?? records.count), 0, 0, 0, 0]
      + query.dropFirst(12) + Array(records.joined())
  }

  /// A pointer to the name in the question.
  static let owner: [UInt8] = [0xC0, 12]
  static func a(_ owner: [UInt8] = owner, _ address: [UInt8] = [10, 0, 0, 1]) -> [UInt8] {
    owner + [0, 1, 0, 1, 0, 0, 0, 30, 0, UInt8(address.count)] + address
  }
  static func alias(_ owner: [UInt8], _ target: [UInt8]) -> [UInt8] {
    owner + [0, 5, 0, 1, 0, 0, 0, 30, 0, UInt8(target.count)] + target
  }
  static let one: [UInt8] = [1, 0x31, 0]
  static let two: [UInt8] = [1, 0x32, 0]

  @Test(
    "addresses are read from a response",
    arguments: [
      Row("one address", response([a()]), ["10.0.0.1"]),
      Row("two addresses", response([a(), a(owner, [10, 0, 0, 2])]), ["10.0.0.1", "10.0.0.2"]),
      Row("no addresses", response([]), []),
      Row("address of another name", response([a([3, 0x65, 0x76, 0x6C, 0])]), []),
      Row(
        "address through aliases", response([alias(owner, one), alias(one, two), a(two)]),
        ["10.0.0.1"]),
      Row(
        "address through aliases in reverse order",
        response([a(two), alias(one, two), alias(owner, one)]),
        ["10.0.0.1"]),
      Row("alias loop", response([alias(owner, one), alias(one, owner)]), []),
      Row("an alias without an address", response([alias(owner, one)]), []),
      Row("owner in upper case", response([a([3, 0x44, 0x45, 0x58, 0xC0, 16])]), ["10.0.0.1"]),
      Row(
        "record of another type", response([owner + [0, 16, 0, 1, 0, 0, 0, 30, 0, 1, 0], a()]),
        ["10.0.0.1"]),
      Row(
        "record of another class", response([owner + [0, 1, 0, 3, 0, 0, 0, 30, 0, 4, 1, 1, 1, 1]]),
        []),
      Row("bytes after the end", response([a()]) + [1, 2, 3], ["10.0.0.1"]),
      Row("address of five bytes", response([a(owner, [10, 0, 0, 1, 1])]), nil),
      Row("fewer records than announced", response([a()], count: 2), nil),
      Row("truncated", response([a()]).dropLast(), nil),
      Row("a pointer to itself", response([[0xC0, 26] + a().dropFirst(2)]), nil),
      Row("a forward pointer", response([[0xC0, 40] + a().dropFirst(2)]), nil),
      Row("a pointer at the end", response([[0xC0]]), nil),
      Row("a label beyond the end", response([[63, 1]]), nil),
      Row("a reserved label", response([[0x80, 1]]), nil),
      Row("data beyond the end", response([owner + [0, 1, 0, 1, 0, 0, 0, 30, 0xFF, 0xFF]]), nil),
    ] as [Row<[UInt8], [String]?>])
  func addresses(_ row: Row<[UInt8], [String]?>) throws {
    let response = try #require(DNSMessage.response(row.input, to: Self.query))
    #expect(response.addresses?.map(\.text) == row.output)
  }

  @Test(
    "response code, truncation and referral are read",
    arguments: [
      Row("NXDOMAIN", response([], flags: [0x81, 0x83]), (3, false, false)),
      Row("SERVFAIL", response([], flags: [0x81, 0x82]), (2, false, false)),
      Row("truncated", response([], flags: [0x83, 0x80]), (0, true, false)),
      Row("referral", response([], flags: [0x81, 0]), (0, false, true)),
      Row("authority without recursion", response([], flags: [0x85, 0]), (0, false, false)),
      Row(
        "FORMERR without the question", [0x12, 0x34, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0],
        (1, false, false)),
    ] as [Row<[UInt8], (Int, Bool, Bool)>])
  func header(_ row: Row<[UInt8], (Int, Bool, Bool)>) throws {
    let response = try #require(DNSMessage.response(row.input, to: Self.query))
    #expect((response.code, response.isTruncated, response.isReferral) == row.output)
  }

  @Test(
    "messages that do not belong to the query are ignored",
    arguments: [
      Row("empty", [], 0), Row("a truncated header", [0x12, 0x34, 0x81], 0),
      Row("another message ID", [0x12, 0x35] + response([a()]).dropFirst(2), 0),
      Row("a query", query, 0),
      Row("another opcode", response([a()], flags: [0x91, 0x80]), 0),
      Row("another name", response([a()]).map { $0 == 0x78 ? 0x79 : $0 }, 0),
      Row(
        "another type",
        DNSMessage.query("dex.test", .aaaa, id: 0x1234).map {
          [0x12, 0x34, 0x81, 0x80] + $0.dropFirst(4)
        } ?? [], 0),
      Row("success without a question", [0x12, 0x34, 0x81, 0x80, 0, 0, 0, 0, 0, 0, 0, 0], 0),
    ] as [Row<[UInt8], Int>])
  func ignores(_ row: Row<[UInt8], Int>) {
    #expect(DNSMessage.response(row.input, to: Self.query) == nil)
  }

  @Test("no mutation of a response crashes or hangs the reader")
  func mutations() {
    let sound = Self.response([
      Self.alias(Self.owner, Self.one), Self.alias(Self.one, Self.two), Self.a(Self.two),
    ])
    var addresses = 0
    for place in sound.indices {
      for byte in UInt8.min...UInt8.max {
        var message = sound
        message[place] = byte
        addresses += DNSMessage.response(message, to: Self.query)?.addresses?.count ?? 0
      }
      _ = DNSMessage.response(Array(sound[..<place]), to: Self.query)
    }
    // Most mutations have no effect or make the response unusable.
    #expect(addresses > sound.count)
  }
}
