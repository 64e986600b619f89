/// The parts of a pod that runs the plugin or the sidecar.
package struct PluginPod: Sendable {
  package var image: String
  /// The audience of the service account token.
  package var audience: String
  /// The lifetime of the service account token in seconds.
  package var expirationSeconds: Int
  /// The absolute path of the service account token.
  package var tokenFile: String
  /// When the kubelet pulls the image; nil for its default.
  package var pullPolicy: PullPolicy?
  package var resources: PodResources

  /// The values of `imagePullPolicy`.
  package enum PullPolicy: String, Sendable, CaseIterable {
    case always = "Always"
    case ifNotPresent = "IfNotPresent"
    case never = "Never"
  }

  package init(
    image: String, audience: String, expirationSeconds: Int, tokenFile: String = PodPath.token,
    pullPolicy: PullPolicy? = nil, resources: PodResources = .standard
  ) {
    self.pullPolicy = pullPolicy
    self.resources = resources
    self.image = image
    self.audience = audience
    self.expirationSeconds = expirationSeconds
    self.tokenFile = tokenFile
  }

  /// No privileges, as the Pod Security level "restricted" requires.
  static let securityContext: YAML = """
    allowPrivilegeEscalation: false
    capabilities:
      drop:
        - ALL
    readOnlyRootFilesystem: true
    runAsNonRoot: true
    seccompProfile:
      type: RuntimeDefault
    """

  var imageFields: YAML {
    """
    image: \(image)
    \(pullPolicy.map { "imagePullPolicy: \($0.rawValue)" })
    """
  }

  /// Copies the program to a volume.
  var initContainer: YAML {
    """
    name: tokenxchange
    \(imageFields)
    args:
      - install
      - \(PodPath.tools)
    resources:
      \(resources.yaml)
    securityContext:
      \(Self.securityContext)
    volumeMounts:
      - name: tokenxchange
        mountPath: \(PodPath.tools)
    """
  }

  /// The program in `PATH`, and the token.
  var volumeMounts: YAML {
    """
    - name: tokenxchange
      mountPath: \(PodPath.command)
      subPath: tokenxchange
      readOnly: true
    \(tokenMount)
    """
  }

  var volumes: YAML {
    """
    - name: tokenxchange
      emptyDir: {}
    \(tokenVolume)
    """
  }

  /// The token; without subPath, because the kubelet does not update subPath mounts.
  var tokenMount: YAML {
    """
    - name: tokenxchange-token
      mountPath: \(PodPath.directory(of: tokenFile))
      readOnly: true
    """
  }

  var tokenVolume: YAML {
    """
    - name: tokenxchange-token
      projected:
        sources:
          - serviceAccountToken:
              # Only for the exchange: not the API server's audience.
              audience: \(audience)
              expirationSeconds: \(expirationSeconds)
              path: \(PodPath.fileName(of: tokenFile))
    """
  }
}

/// Paths in pods that several generated files use.
package enum PodPath {
  package static let token = "/var/run/secrets/tokenxchange/token"
  /// The token that the kubelet mounts into every pod.
  package static let defaultToken = "/var/run/secrets/kubernetes.io/serviceaccount/token"
  package static let tools = "/custom-tools"
  package static let command = "/usr/local/bin/tokenxchange"
  /// The program in its own image.
  package static let program = "/tokenxchange"
  package static let outputFile = "/var/run/tokenxchange/token"
  package static let kubeconfigDirectory = "/etc/tokenxchange"

  /// The directory of a file with an absolute path.
  package static func directory(of path: String) -> String {
    let directory = path.dropLast(fileName(of: path).count + 1)
    return directory.isEmpty ? "/" : String(directory)
  }

  static func fileName(of path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
  }
}
