import Foundation
import StandIns
import TestSupport
import Testing

/// The rules of the Kubernetes Pod Security level "restricted", and of a resource quota.
enum PodSecurity {
  /// A rule, and a change to a valid pod that violates it.
  struct Rule: Sendable {
    var name: String
    /// A path and a value; `container` is the first init container.
    var damage: (path: [String], value: JSONValue)
    var isMet: @Sendable (_ pod: JSONValue, _ container: JSONValue) -> Bool
  }

  private static let volumeTypes: Set<String> = [
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
    "projected", "secret",
  ]

  /// A member of the container's security context, or else of the pod's.
  private static func context(
    _ name: String, _ pod: JSONValue, _ container: JSONValue
  ) -> JSONValue? {
    container["securityContext"]?[name] ?? pod["securityContext"]?[name]
  }

  private static func isUnset(_ value: JSONValue?) -> Bool { value == nil || value == false }

  static let restricted: [Rule] = [
    Rule(
      name: "no host namespaces", damage: (["pod", "hostNetwork"], true),
      isMet: { pod, _ in
        ["hostNetwork", "hostPID", "hostIPC"].allSatisfy { isUnset(pod[$0]) }
      }),
    Rule(
      name: "no host process", damage: (["pod", "securityContext"], ["windowsOptions": [:]]),
      isMet: { context("windowsOptions", $0, $1) == nil }),
    Rule(
      name: "volumes of allowed types",
      damage: (["pod", "volumes"], [["name": "a", "hostPath": ["path": "/"]]]),
      isMet: { pod, _ in
        (pod["volumes"]?.array ?? []).allSatisfy { volume in
          let types = Set(volume.object?.names ?? []).subtracting(["name"])
          return types.count == 1 && types.isSubset(of: volumeTypes)
        }
      }),
    Rule(
      name: "no sysctls", damage: (["pod", "securityContext"], ["sysctls": []]),
      isMet: { pod, _ in pod["securityContext"]?["sysctls"] == nil }),
    Rule(
      name: "not privileged", damage: (["container", "securityContext", "privileged"], true),
      isMet: { isUnset($1["securityContext"]?["privileged"]) && $0 != .null }),
    Rule(
      name: "no host ports", damage: (["container", "ports"], [["hostPort": 80]]),
      isMet: { _, container in
        (container["ports"]?.array ?? []).allSatisfy { $0["hostPort"] == nil }
      }),
    Rule(
      name: "no host in probes",
      damage: (["container", "startupProbe"], ["httpGet": ["host": "example.com"]]),
      isMet: { _, container in
        ["startupProbe", "readinessProbe", "livenessProbe"].allSatisfy { probe in
          ["httpGet", "tcpSocket"].allSatisfy { container[probe]?[$0]?["host"] == nil }
        }
      }),
    Rule(
      name: "default AppArmor, SELinux and proc mount",
      damage: (["container", "securityContext", "procMount"], "Unmasked"),
      isMet: { pod, container in
        ["appArmorProfile", "seLinuxOptions", "procMount"].allSatisfy {
          context($0, pod, container) == nil
        }
      }),
    Rule(
      name: "no privilege escalation",
      damage: (["container", "securityContext", "allowPrivilegeEscalation"], true),
      isMet: { $1["securityContext"]?["allowPrivilegeEscalation"] == false && $0 != .null }),
    Rule(
      name: "not root", damage: (["container", "securityContext", "runAsNonRoot"], false),
      isMet: { context("runAsNonRoot", $0, $1) == true }),
    Rule(
      name: "no user 0", damage: (["container", "securityContext", "runAsUser"], 0),
      isMet: { context("runAsUser", $0, $1) != 0 }),
    Rule(
      name: "a seccomp profile",
      damage: (["container", "securityContext", "seccompProfile"], ["type": "Unconfined"]),
      isMet: { pod, container in
        ["RuntimeDefault", "Localhost"].contains(
          context("seccompProfile", pod, container)?["type"]?.string)
      }),
    Rule(
      name: "no capabilities",
      damage: (["container", "securityContext", "capabilities"], ["add": ["NET_ADMIN"]]),
      isMet: { _, container in
        let capabilities = container["securityContext"]?["capabilities"]
        let added = capabilities?["add"]?.array?.compactMap(\.string) ?? []
        return capabilities?["drop"]?.array?.contains("ALL") == true
          && added.allSatisfy { $0 == "NET_BIND_SERVICE" }
      }),
  ]

  /// With a quota for these resources, all containers of a pod must set them.
  static let quota: [Rule] = ["requests", "limits"].flatMap { kind in
    ["cpu", "memory"].map { resource in
      Rule(
        name: "\(resource) in \(kind)", damage: (["container", "resources", kind], [:]),
        isMet: { $1["resources"]?[kind]?[resource]?.string != nil && $0 != .null })
    }
  }
}

/// Generated pods are admitted by namespaces with the level "restricted" and with a quota.
@Suite(
  "Pod Security",
  .enabled(if: Python.hasYAML, "python3 has no module yaml: apt-get install python3-yaml"))
struct PodSecurityTests {
  private static let exchange = [
    "--issuer=https://dex.example.com", "--client-id=t", "--connector-id=c", "--image=i",
  ]

  static let outputs = [
    Row("a pod with a sidecar", ["sidecar"] + exchange, 1),
    Row(
      "a pod with a sidecar, a group and a kubeconfig",
      ["sidecar", "--mode=0640", "--server=https://a.example"] + exchange, 1),
    Row("patches for Argo CD", ["argocd-workload", "--image=i"], 2),
    Row(
      "a patch for a Deployment", ["argocd-workload", "--controller=deployment", "--image=i"], 2),
    Row("values for the chart", ["argocd-workload", "--format=helm", "--image=i"], 2),
  ]

  /// The pod specs in generated output.
  private func pods(_ arguments: [String]) async throws -> [JSONValue] {
    let result = try await ProcessRunner(TestBinary.path, ["generate"] + arguments).result()
    #expect(result.errors == "")
    return try Python.yaml(result.output).flatMap { document -> [JSONValue] in
      if let spec = document["spec"] { return [spec["template"]?["spec"] ?? spec] }
      // In chart values, the members of a pod are below the name of a workload.
      return ["controller", "server"].compactMap { document[$0] }
    }
  }

  /// The generated containers: a patch also names the existing container, without an image.
  private func containers(_ pod: JSONValue) -> [JSONValue] {
    ["initContainers", "containers"].flatMap { pod[$0]?.array ?? [] }
      .filter { $0["image"] != nil }
  }

  @Test("each container complies with the level restricted and with a quota", arguments: outputs)
  func keepsRules(row: Row<[String], Int>) async throws {
    let pods = try await pods(row.input)
    #expect(pods.count == row.output)
    for pod in pods {
      let containers = containers(pod)
      #expect(!containers.isEmpty)
      for container in containers {
        for rule in PodSecurity.restricted + PodSecurity.quota {
          #expect(rule.isMet(pod, container), "\(container["name"]?.text ?? ""): \(rule.name)")
        }
      }
    }
  }

  @Test("a pod that violates a rule is detected")
  func findsDamage() async throws {
    let pod = try #require(try await pods(["sidecar"] + Self.exchange).first)
    let container = try #require(containers(pod).first)
    for rule in PodSecurity.restricted + PodSecurity.quota {
      let path = rule.damage.path
      let isPod = path[0] == "pod"
      let damaged = (isPod ? pod : container).setting(path.dropFirst(), to: rule.damage.value)
      #expect(!rule.isMet(isPod ? damaged : pod, isPod ? container : damaged), "\(rule.name)")
    }
  }
}

extension JSONValue {
  /// A copy with another value at the given path.
  fileprivate func setting(_ path: ArraySlice<String>, to value: JSONValue) -> JSONValue {
    guard let name = path.first else { return value }
    var object = object ?? JSONObject()
    object[name] = (object[name] ?? [:]).setting(path.dropFirst(), to: value)
    return .object(object)
  }
}
