import Platform
import TokenExchange

/// The user's browser on this machine.
struct Browser {
  /// The programs to try in order; empty if no browser can be started here.
  var programs: [String]
  /// Whether they are those of `$BROWSER`.
  var isChosen: Bool

  /// The programs of `$BROWSER`, else the desktop's if there is a display.
  init(_ variables: [String: String]) {
    func isSet(_ names: String...) -> Bool { names.contains { variables[$0]?.isEmpty == false } }
    let chosen = variables["BROWSER"] ?? ""
    let hasDisplay = isSet("DISPLAY", "WAYLAND_DISPLAY")
    isChosen = !chosen.isEmpty
    // Without a display, xdg-open starts a text browser in the terminal that kubectl uses.
    programs =
      isChosen
      ? chosen.split(separator: ":").map(String.init) : hasDisplay ? ["xdg-open", "open"] : []
    // The user of an SSH session sees another machine's screen.
    if isSet("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"), !hasDisplay { programs = [] }
  }

  init(_ world: World) {
    self.init(world.variables)
    // Root's browser would leave files in the user's home directory that the user cannot change.
    if world.process.userID == 0, let home = world.variables["HOME"],
      let owner = world.files.status(home)?.owner, owner != 0
    {
      programs = []
    }
  }

  var isAvailable: Bool { !programs.isEmpty }

  /// Opens a page, and returns the program that was started, if any.
  ///
  /// The browser is started without a shell and gets one argument. It inherits neither the open
  /// files nor the variables of this process that may contain a secret.
  func open(_ page: String, in world: World, hiding secret: Secret?) -> String? {
    let variables = Self.variables(of: world.variables, hiding: secret)
    return programs.first { world.process.start($0, page, variables) }
  }

  /// The variables for another program: those without secrets and not for this one.
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
