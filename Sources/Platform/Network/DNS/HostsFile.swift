import Encoding
import TokenExchange

/// `/etc/hosts`, with an address and its names on each line.
enum HostsFile {
  /// The addresses of a host in the order of the file, without duplicates.
  static func addresses(of host: String, in file: [UInt8]) -> [IPAddress] {
    let name = Array((host.hasSuffix(".") ? host.dropLast() : host[...]).utf8.map(\.lowercased))
    var found: [IPAddress] = []
    for line in file.split(separator: UInt8(ascii: "\n")) {
      let words = line.prefix { $0 != UInt8(ascii: "#") }.split {
        $0 == 0x20 || $0 == 0x09 || $0 == 0x0D
      }
      guard words.dropFirst().contains(where: { isName($0, name) }),
        let address = IPAddress(String(decoding: words[0], as: UTF8.self)),
        !found.contains(address)
      else { continue }
      found.append(address)
    }
    return found
  }

  private static func isName(_ word: ArraySlice<UInt8>, _ name: [UInt8]) -> Bool {
    let word = word.last == UInt8(ascii: ".") ? word.dropLast() : word
    return word.count == name.count && zip(word, name).allSatisfy { $0.lowercased == $1 }
  }
}
