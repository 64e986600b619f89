// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "tokenxchange",
  products: [
    .executable(name: "tokenxchange", targets: ["tokenxchange"]),
    .library(name: "TokenExchange", targets: ["TokenExchange"]),
  ],
  targets: [
    .target(name: "Encoding", swiftSettings: settings),
    .target(name: "TokenExchange", dependencies: ["Encoding"], swiftSettings: settings),
    .target(
      name: "OpenIDConnect", dependencies: ["Encoding", "TokenExchange"], swiftSettings: settings),
    .target(
      name: "Manifests", dependencies: ["Encoding", "TokenExchange"], swiftSettings: settings),
    .target(name: "CPlatform"),
    .target(
      name: "Platform", dependencies: ["CPlatform", "Encoding", "TokenExchange"],
      swiftSettings: settings),
    .executableTarget(
      name: "tokenxchange",
      dependencies: ["Encoding", "Manifests", "OpenIDConnect", "Platform", "TokenExchange"],
      exclude: ["Documentation"], swiftSettings: settings),
    .target(
      name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    .target(
      name: "StandIns", dependencies: ["TestSupport"], path: "Tests/StandIns",
      swiftSettings: settings),
    .executableTarget(
      name: "dex-standin", dependencies: ["StandIns", "TestSupport"], path: "Tests/DexStandIn",
      swiftSettings: settings),
    .testTarget(
      name: "EncodingTests", dependencies: ["Encoding", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "TokenExchangeTests", dependencies: ["Encoding", "TestSupport", "TokenExchange"],
      swiftSettings: settings),
    .testTarget(
      name: "OpenIDConnectTests",
      dependencies: ["Encoding", "OpenIDConnect", "TestSupport", "TokenExchange"],
      swiftSettings: settings),
    .testTarget(
      name: "ManifestsTests", dependencies: ["Manifests", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "PlatformTests",
      dependencies: ["CPlatform", "Encoding", "Platform", "TestSupport", "TokenExchange"],
      swiftSettings: settings),
    .testTarget(
      name: "tokenxchangeTests",
      dependencies: [
        "Encoding", "Manifests", "OpenIDConnect", "Platform", "StandIns", "TestSupport",
        "TokenExchange", "tokenxchange",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "EndToEndTests", dependencies: ["StandIns", "TestSupport"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
