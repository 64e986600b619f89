/// One HTTP request, as a value.
public struct HTTPRequest: Sendable, Equatable {
  /// `GET` or `POST`.
  public var method: String
  /// The absolute URL, already checked by ``EndpointURL``.
  public var url: String
  /// Header names and values, in the order in which they are sent.
  public var headers: [Header]
  /// The body, or nil for none.
  public var body: [UInt8]?
  /// Texts in usually harmless fields that must not be shown.
  var confidentialTexts: [Secret] = []

  /// One header line of a request.
  public struct Header: Sendable, Equatable {
    /// The field's name.
    public var name: String
    /// The field's value.
    public var value: String

    /// Makes a header line.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Makes a request.
  public init(method: String, url: String, headers: [Header] = [], body: [UInt8]? = nil) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}
