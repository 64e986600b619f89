import TokenExchange

extension HTTPResponse {
  /// Parses the status line and the header lines of a response.
  init(status: Int, head: [UInt8], body: [UInt8]) {
    var fields: [(name: String, value: String)] = []
    for line in head.split(separator: UInt8(ascii: "\n")).dropFirst() {
      // A line that begins with white space continues the previous one (RFC 9112, section 5.2).
      if let first = line.first, first == 0x20 || first == 0x09, !fields.isEmpty {
        fields[fields.count - 1].value += " " + Self.text(line)
        continue
      }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      fields.append((Self.text(line[..<colon]).lowercased(), Self.text(line[(colon + 1)...])))
    }
    // A dictionary that has to grow costs a search for conformances.
    var headers = [String: String](minimumCapacity: fields.count)
    for field in fields {
      headers[field.name] = headers[field.name].map { $0 + ", " + field.value } ?? field.value
    }
    self.init(status: status, headers: headers, body: body)
  }

  /// Bytes as text, without surrounding white space.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0D].contains(byte) }
    let start = bytes.drop(while: isSpace)
    let end = start.lastIndex { !isSpace($0) } ?? start.startIndex - 1
    return String(decoding: start[..<(end + 1)], as: UTF8.self)
  }
}
