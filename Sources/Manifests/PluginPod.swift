/// The parts of a pod that runs the plugin or the sidecar.
package struct PluginPod: Sendable {
  package var image: String
  /// The audience of the service account token.
  package var audience: String
  /// The lifetime of the service account token in seconds.
  package var expirationSeconds: Int

  package init(image: String, audience: String, expirationSeconds: Int) {
    self.image = image
    self.audience = audience
    self.expirationSeconds = expirationSeconds
  }

  /// No privileges, as the Pod Security level "restricted" demands.
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

  /// Copies the program to a volume.
  var initContainer: YAML {
    """
    name: tokenxchange
    image: \(image)
    args:
      - install
      - \(PodPath.tools)
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

  /// The program and the token.
  var volumes: YAML {
    """
    - name: tokenxchange
      emptyDir: {}
    \(tokenVolume)
    """
  }

  /// The token; without subPath, because the kubelet does not update such a mount.
  var tokenMount: YAML {
    """
    - name: tokenxchange-token
      mountPath: \(PodPath.tokenDirectory)
      readOnly: true
    """
  }

  var tokenVolume: YAML {
    """
    - name: tokenxchange-token
      projected:
        sources:
          - serviceAccountToken:
              # Not the API server's: the token is for the exchange only.
              audience: \(audience)
              expirationSeconds: \(expirationSeconds)
              path: token
    """
  }
}

/// Paths in pods that several files agree on.
package enum PodPath {
  package static let tokenDirectory = "/var/run/secrets/tokenxchange"
  package static let token = tokenDirectory + "/token"
  package static let tools = "/custom-tools"
  package static let command = "/usr/local/bin/tokenxchange"
  /// The program in its own image.
  package static let program = "/tokenxchange"
  package static let outputFile = "/var/run/tokenxchange/token"
  package static let kubeconfigDirectory = "/etc/tokenxchange"
}
