import Manifests
import TokenExchange

// Each class stands for the type of an option's value. Conformances are unchecked because the base
// class is not final; no class adds a stored property.

final class FlagOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<Bool> { .flag }
  override var kind: Kind { .flag }
}

final class ListOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<[String]> { .list }
  override var kind: Kind { .list }
}

final class TextOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<String> { .text }
}

final class OptionalTextOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<String?> { .optionalText }
}

final class IdentifierOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<Identifier> { .identifier }
}

final class OptionalIdentifierOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<Identifier?> { .optionalIdentifier }
}

final class DurationOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<Double> { .duration }
}

final class DurationOrZeroOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<Double> { .durationOrZero }
}

final class OptionalDurationOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<Double?> { .optionalDuration }
}

final class URLOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<EndpointURL> { .url }
}

final class AnySchemeURLOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<EndpointURL> { .urlOfAnyScheme }
}

final class OptionalURLOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<EndpointURL?> { .optionalURL }
}

final class TokenTypeOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<TokenType> { .tokenType }
  override var completion: Completion { .words(["id_token", "access_token"]) }
}

final class ClientAuthOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<ExchangeConfiguration.ClientAuth> { .choice }
  override var completion: Completion { .choices(of: ExchangeConfiguration.ClientAuth.self) }
}

final class APIVersionOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<CredentialSettings.Version> { .choice }
  override var completion: Completion { .choices(of: CredentialSettings.Version.self) }
}

final class CredentialOutputOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<CredentialSettings.Output> { .choice }
  override var completion: Completion { .choices(of: CredentialSettings.Output.self) }
}

final class ReportFormatOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<ReportFormat> { .choice }
  override var completion: Completion { .choices(of: ReportFormat.self) }
}

final class PluginMethodOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<ExecMethod> { .choice }
  override var completion: Completion { .choices(of: ExecMethod.self) }
}

final class WorkloadFormatOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<ArgoCDWorkload.Format> { .choice }
  override var completion: Completion { .choices(of: ArgoCDWorkload.Format.self) }
}

final class ClusterFormatOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<ArgoCDCluster.Format> { .choice }
  override var completion: Completion { .choices(of: ArgoCDCluster.Format.self) }
}

final class ControllerOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<ArgoCDWorkload.Controller> { .choice }
  override var completion: Completion { .choices(of: ArgoCDWorkload.Controller.self) }
}

final class PullPolicyOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<PluginPod.PullPolicy> { .choice }
  override var completion: Completion { .choices(of: PluginPod.PullPolicy.self) }
}

final class PluginAPIVersionOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<ExecAPIVersion> { .choice }
  override var completion: Completion { .choices(of: ExecAPIVersion.self) }
}

final class UsernameClaimOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<UsernameMapping.Claim> { .choice }
  override var completion: Completion { .choices(of: UsernameMapping.Claim.self) }
}

final class APIServerFormatOption: OptionDeclaration, OptionDefinition, @unchecked Sendable {
  static var parser: OptionParser<APIServerConfiguration.Format> { .choice }
  override var completion: Completion { .choices(of: APIServerConfiguration.Format.self) }
}

extension OptionDeclaration.Completion {
  /// The names of an enumeration's cases.
  static func choices<Choice: RawRepresentable & CaseIterable>(
    of type: Choice.Type
  ) -> Self where Choice.RawValue == String {
    .words(Choice.allCases.map { $0.rawValue })
  }
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
  subscript(option: DurationOption) -> Double { get throws(CommandError) { try value(of: option) } }
  subscript(option: DurationOrZeroOption) -> Double {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: OptionalDurationOption) -> Double? {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: URLOption) -> EndpointURL { get throws(CommandError) { try value(of: option) } }
  subscript(option: AnySchemeURLOption) -> EndpointURL {
    get throws(CommandError) { try value(of: option) }
  }
  subscript(option: OptionalURLOption) -> EndpointURL? {
    get throws(CommandError) { try value(of: option) }
  }
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
