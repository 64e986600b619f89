import Platform
import TokenExchange

/// Opens a page in the user's browser.
enum Browser {
  /// Opens a page.
  ///
  /// The browser is started without a shell and gets one argument. It inherits neither our files nor
  /// our variables, which may hold the client secret.
  ///
  /// - Parameters:
  ///   - page: The URL.
  ///   - world: Everything outside the process.
  ///   - secret: Variables that contain it are not passed on.
  /// - Returns: The program that was started, if any.
  static func open(_ page: String, in world: World, hiding secret: Secret?) -> String? {
    let variables = variables(of: world.variables, hiding: secret)
    return programs(world.variables).first { world.process.start($0, page, variables) }
  }

  /// The programs to try: those of `$BROWSER`, else the desktop's, if there is a display.
  static func programs(_ variables: [String: String]) -> [String] {
    let chosen = variables["BROWSER"] ?? ""
    guard chosen.isEmpty else { return chosen.split(separator: ":").map(String.init) }
    // Without a display xdg-open starts a text browser in the terminal that kubectl uses.
    let hasDisplay = ["DISPLAY", "WAYLAND_DISPLAY"].contains { variables[$0]?.isEmpty == false }
    return hasDisplay ? ["xdg-open", "open"] : []
  }

  static func variables(of all: [String: String], hiding secret: Secret?) -> [String] {
    let passed = all.filter { name, value in
      let isOurs =
        name.hasPrefix(OptionDeclaration.variablePrefix) || name.hasPrefix("KUBERNETES_")
        || name.lowercased().hasPrefix("dex_")
      let holdsSecret = secret.map { !$0.revealed.isEmpty && value.contains($0.revealed) } ?? false
      return !isOurs && !holdsSecret
    }
    return passed.map { "\($0.key)=\($0.value)" }.sorted()
  }
}
