import TokenExchange

/// Shows a page to the person.
enum Browser {
  /// Opens a page.
  ///
  /// The browser gets one argument and no shell sees it; it gets neither our files nor our variables,
  /// of which one may hold the client's secret.
  ///
  /// - Parameters:
  ///   - page: The page.
  ///   - world: Everything outside.
  ///   - secret: What no variable of the browser's may hold.
  /// - Returns: The program that was started, if there is one.
  static func open(_ page: String, in world: World, hiding secret: Secret?) -> String? {
    let variables = variables(of: world.variables, hiding: secret)
    return programs(world.variables).first { world.person.start($0, page, variables) }
  }

  /// What to try: the person's choice, else what desktops have, where there is a screen.
  static func programs(_ variables: [String: String]) -> [String] {
    let chosen = variables["BROWSER"] ?? ""
    guard chosen.isEmpty else { return chosen.split(separator: ":").map(String.init) }
    // Without a screen xdg-open would start a text browser in the terminal that kubectl is using.
    let hasScreen = ["DISPLAY", "WAYLAND_DISPLAY"].contains { variables[$0]?.isEmpty == false }
    return hasScreen ? ["xdg-open", "open"] : []
  }

  static func variables(of all: [String: String], hiding secret: Secret?) -> [String] {
    let kept = all.filter { name, value in
      let isOurs =
        name.hasPrefix(OptionDeclaration.variablePrefix) || name.hasPrefix("KUBERNETES_")
        || name.lowercased().hasPrefix("dex_")
      let holdsSecret = secret.map { !$0.revealed.isEmpty && value.contains($0.revealed) } ?? false
      return !isOurs && !holdsSecret
    }
    return kept.map { "\($0.key)=\($0.value)" }.sorted()
  }
}
