/// A failure in the two lines that its reader gets: what was tried and what came back, and what to
/// look at next.
///
/// kubectl and Argo CD show nothing but a plugin's stderr and exit code, so these lines are the
/// whole diagnosis. Each sentence is written once, in a factory named after the fault.
public struct Problem: Error, Sendable, Equatable {
  /// Who has to act; decides the exit code.
  public enum Category: String, Sendable, Equatable, CaseIterable {
    /// Something that should not happen.
    case unexpected
    /// Flags, variables or files of configuration.
    case usage
    /// The subject token is missing, expired or for someone else.
    case subjectToken
    /// Network, TLS, time-out or an overloaded server: worth retrying.
    case network
    /// Dex said no, with an OAuth error.
    case refused
    /// The answer is not what a token endpoint gives.
    case answer
    /// A person must sign in first.
    case signIn
  }

  /// Who has to act.
  public var category: Category
  /// What was tried and what came back: one lower-case clause without a full stop.
  public var sentence: String
  /// What to look at.
  public var hint: String
  /// Dex's own words, if it refused.
  public var refusal: OAuthError?
  /// Seconds that the server asked to wait, if it did.
  public var retryAfter: Double?
  /// What happened, for decisions; its name comes from the factory that made the problem.
  public var cause: Cause

  /// What happened, without the values that differ from one attempt to the next.
  public struct Cause: Sendable, Hashable {
    /// The factory's name.
    public var name: String
    /// The HTTP status, if there was one.
    public var status: Int?
    /// Why there was no response, if there was none.
    public var transport: TransportError.Kind?
    /// Whether there was no response because a certificate was not accepted.
    public var isCertificateRejected = false
    /// The code of an OAuth error.
    public var oauthCode: String?
    /// The system's error number.
    public var errno: Int32?

    /// Names a cause.
    public init(name: String) { self.name = name }
  }

  /// Compares what is shown; the cause follows from that.
  public static func == (left: Problem, right: Problem) -> Bool {
    left.category == right.category && left.sentence == right.sentence && left.hint == right.hint
      && left.refusal == right.refusal && left.retryAfter == right.retryAfter
  }

  /// Makes a problem.
  public init(
    _ category: Category, _ sentence: String, hint: String, factory: StaticString = #function
  ) {
    self.category = category
    self.sentence = sentence
    self.hint = hint
    cause = Cause(name: "\(factory)")
  }
}
