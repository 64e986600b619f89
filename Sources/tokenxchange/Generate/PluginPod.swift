import TokenExchange

extension OptionSpec {
  static let tokenExpiration = OptionSpec(
    name: "token-expiration", placeholder: "DURATION",
    help: "The life of the projected token, 10m at least; kubelet renews it at 80 % of it.",
    defaultText: "1h")
}

extension Invocation {
  /// The life of a projected token in seconds.
  func tokenExpiration() throws(Problem) -> Int {
    let seconds = try duration(.tokenExpiration, default: 3600)
    guard seconds >= 600, seconds < 1e9 else {
      throw Problem(
        .usage, "\(source(.tokenExpiration)) is less than 10m or beyond all measure",
        hint: "Kubernetes gives no token that lives shorter than ten minutes")
    }
    return Int(seconds)
  }
}

/// What a pod needs to run the plugin or the sidecar, as parts of its manifest.
struct PluginPod: Sendable {
  var image: String
  /// The audience of the projected token.
  var audience: String
  /// Its life in seconds.
  var expiration: Int

  /// A container's rights: none.
  static let securityContext: YAML = [
    "allowPrivilegeEscalation": false,
    "capabilities": ["drop": ["ALL"]],
    "readOnlyRootFilesystem": true,
    "runAsNonRoot": true,
    "seccompProfile": ["type": "RuntimeDefault"],
  ]

  /// Copies the program to where the main container finds it.
  var initContainer: YAML {
    [
      "name": "tokenxchange",
      "image": .string(image),
      "args": ["install", .string(PodPaths.tools)],
      "securityContext": Self.securityContext,
      "volumeMounts": [["name": "tokenxchange", "mountPath": .string(PodPaths.tools)]],
    ]
  }

  /// The program in PATH, and the token.
  var mounts: [YAML] {
    [
      [
        "name": "tokenxchange", "mountPath": .string(PodPaths.command),
        "subPath": "tokenxchange", "readOnly": true,
      ],
      tokenMount,
    ]
  }

  /// The token; never by subPath, because such a mount is not renewed.
  var tokenMount: YAML {
    [
      "name": "tokenxchange-token", "mountPath": .string(PodPaths.tokenFolder), "readOnly": true,
    ]
  }

  /// The program's volume and the token's.
  var volumes: [YAML] { [["name": "tokenxchange", "emptyDir": [:]], tokenVolume] }

  var tokenVolume: YAML {
    [
      "name": "tokenxchange-token",
      "projected": [
        "sources": [
          [
            "serviceAccountToken": [
              "audience": YAML.string(audience).noted(
                "Not the API server's, so that the token opens nothing but the exchange."),
              "expirationSeconds": .integer(expiration),
              "path": "token",
            ]
          ]
        ]
      ],
    ]
  }
}
