extension Problem {
  /// This problem without any secret that a server or proxy may have sent back in its words.
  func redacting(_ secrets: [Secret]) -> Problem {
    let shapes = secrets.flatMap(Self.shapes).filter { $0.utf8.count >= 4 }
    var problem = self
    problem.sentence = Self.hiding(shapes, in: sentence)
    problem.hint = Self.hiding(shapes, in: hint)
    return problem
  }

  /// How a secret may come back: as it is, as a form carries it, as base64.
  private static func shapes(of secret: Secret) -> [String] {
    let form = FormEncoding.encode(secret.revealed)
    return [
      secret.revealed, form, form.replacing("+", with: "%20"), form.lowercasingEscapes,
      Base64.encode(Array(secret.revealed.utf8)),
    ].uniqued()
  }

  private static func hiding(_ shapes: [String], in text: String) -> String {
    var text = text
    for shape in shapes { text = text.replacing(shape, with: "[redacted]") }
    // Where the server's words were cut, the beginning of a secret may be left.
    var pieces = text.split(separator: "…", omittingEmptySubsequences: false).map(String.init)
    for index in pieces.indices.dropLast() {
      let piece = Array(pieces[index].utf8)
      let length = shapes.map { Self.overlap(of: piece, with: Array($0.utf8)) }.max() ?? 0
      guard length >= 3 else { continue }
      pieces[index] = String(decoding: piece.dropLast(length), as: UTF8.self) + "[redacted]"
    }
    return pieces.joined(separator: "…")
  }

  /// How many bytes at a text's end are the beginning of a secret.
  private static func overlap(of text: [UInt8], with secret: [UInt8]) -> Int {
    let longest = min(text.count, secret.count)
    return (0...longest).reversed()
      .first { text.suffix($0).elementsEqual(secret.prefix($0)) } ?? 0
  }
}

extension ExchangeRequest {
  /// What must not be shown of a request.
  var secrets: [Secret] {
    let marks = ["token", "secret", "password", "assertion"]
    let extra = extraFields.filter { field in marks.contains { field.name.contains($0) } }
    var secrets = [subjectToken] + extra.map { Secret($0.value) }
    // The signature alone makes the rest of a token, which is in many a log, a token again.
    if let signature = subjectToken.revealed.split(separator: ".").last, signature.count >= 16 {
      secrets.append(Secret(String(signature)))
    }
    switch authentication {
    case .none: break
    case .basic(let secret), .post(let secret):
      guard !secret.revealed.isEmpty else { break }
      let header = authentication.authorization(clientID: clientID)?.split(separator: " ").last
      secrets += [secret, Secret(Base64.encode(Array("\(clientID):\(secret.revealed)".utf8)))]
      secrets += header.map { [Secret(String($0))] } ?? []
    }
    return secrets
  }
}

extension String {
  /// A form's text with its escapes in small letters, as some programs write them.
  fileprivate var lowercasingEscapes: String {
    let parts = split(separator: "%", omittingEmptySubsequences: false)
    return parts.dropFirst().reduce(String(parts.first ?? "")) { text, part in
      text + "%" + part.prefix(2).lowercased() + part.dropFirst(2)
    }
  }
}
