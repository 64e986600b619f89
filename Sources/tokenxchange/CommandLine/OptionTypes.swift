import Manifests
import TokenExchange

// Each class stands for the type of an option's value. Conformances are unchecked because the base
// class is not final; no class adds a stored property.

final class FlagOption: OptionDeclaration, @unchecked Sendable {
  override var kind: Kind { .flag }
}

final class ListOption: OptionDeclaration, @unchecked Sendable {
  override var kind: Kind { .list }
}

final class OptionalTextOption: OptionDeclaration, @unchecked Sendable {}

final class TextOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) -> String { input.text }
}

final class IdentifierOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) throws(CommandError) -> Identifier {
    try input.identifier()
  }
}

final class OptionalIdentifierOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) throws(CommandError) -> Identifier? {
    try input.identifier()
  }
}

/// The time limit of a run, in seconds.
final class TimeoutOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) throws(CommandError) -> Double {
    try input.duration(maximum: 24 * 3600)
  }
}

/// The lifetime of tokens that others issue, in seconds.
final class LifetimeOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) throws(CommandError) -> Double { try input.duration() }
}

/// A part of a token's lifetime, in seconds.
final class MarginOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) throws(CommandError) -> Double {
    try input.duration(allowsZero: true, maximum: GoDuration.year)
  }
}

final class OptionalMarginOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) throws(CommandError) -> Double? {
    try input.duration(allowsZero: true, maximum: GoDuration.year)
  }
}

final class URLOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) throws(CommandError) -> EndpointURL { try input.url() }
}

/// A URL whose scheme the command checks.
final class AnySchemeURLOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) throws(CommandError) -> EndpointURL {
    try input.url(allowsHTTP: true)
  }
}

final class OptionalURLOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) throws(CommandError) -> EndpointURL? { try input.url() }
}

final class PortOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) throws(CommandError) -> Int? {
    guard let port = Int(input.text), (1...65_535).contains(port) else {
      throw input.invalidChoice(["1 to 65535"])
    }
    return port
  }
}

final class TokenTypeOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static func parse(_ input: OptionInput) throws(CommandError) -> TokenType {
    guard let type = TokenType(input.text) else {
      throw input.invalidChoice(["id_token", "access_token", "urn:…"])
    }
    return type
  }
}

final class ClientAuthOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = ExchangeConfiguration.ClientAuth
}

final class APIVersionOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = CredentialSettings.Version
}

final class CredentialOutputOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = CredentialSettings.Output
}

final class FlowOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = LoginFlow
}

final class ReportFormatOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = ReportFormat
}

final class PluginMethodOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = ExecMethod
}

final class WorkloadFormatOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = ArgoCDWorkload.Format
}

final class ClusterFormatOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = ArgoCDCluster.Format
}

final class ControllerOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = ArgoCDWorkload.Controller
}

final class PullPolicyOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = PluginPod.PullPolicy
}

final class PluginAPIVersionOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = ExecAPIVersion
}

final class UsernameClaimOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = UsernameMapping.Claim
}

final class APIServerFormatOption: OptionDeclaration, ChoiceOption, @unchecked Sendable {
  typealias Value = APIServerConfiguration.Format
}

/// The value of an option: what it was set to, else its default.
extension ParsedArguments {
  subscript(option: TextOption) -> String { get throws(CommandError) { try value(of: option) } }
  subscript(option: IdentifierOption) -> Identifier {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: OptionalIdentifierOption) -> Identifier? {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: TimeoutOption) -> Double { get throws(CommandError) { try value(of: option) } }
  subscript(option: LifetimeOption) -> Double { get throws(CommandError) { try value(of: option) } }
  subscript(option: MarginOption) -> Double { get throws(CommandError) { try value(of: option) } }
  subscript(option: OptionalMarginOption) -> Double? {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: URLOption) -> EndpointURL { get throws(CommandError) { try value(of: option) } }
  subscript(option: AnySchemeURLOption) -> EndpointURL {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: OptionalURLOption) -> EndpointURL? {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: FlowOption) -> LoginFlow { get throws(CommandError) { try value(of: option) } }
  subscript(option: PortOption) -> Int? { get throws(CommandError) { try value(of: option) } }
  subscript(option: TokenTypeOption) -> TokenType {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: ClientAuthOption) -> ExchangeConfiguration.ClientAuth {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: APIVersionOption) -> CredentialSettings.Version {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: CredentialOutputOption) -> CredentialSettings.Output {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: ReportFormatOption) -> ReportFormat {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: PluginMethodOption) -> ExecMethod {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: WorkloadFormatOption) -> ArgoCDWorkload.Format {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: ClusterFormatOption) -> ArgoCDCluster.Format {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: ControllerOption) -> ArgoCDWorkload.Controller {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: PullPolicyOption) -> PluginPod.PullPolicy {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: PluginAPIVersionOption) -> ExecAPIVersion {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: UsernameClaimOption) -> UsernameMapping.Claim {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: APIServerFormatOption) -> APIServerConfiguration.Format {
    get throws(CommandError) { try value(of: option) }
  }
}
