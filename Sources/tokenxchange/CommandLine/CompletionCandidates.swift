import TokenExchange

/// What a shell may offer for an incomplete command line; its script calls `__complete`.
struct Completion: Equatable {
  struct Candidate: Equatable {
    var text: String
    var description = ""
  }

  var candidates: [Candidate] = []
  /// Whether file or directory names are possible; the shell finds them itself.
  var paths = Paths.none

  enum Paths: String {
    case none, files, directories
  }

  /// Finds the candidates for the last of the words after the program's name.
  init(words: [String]) {
    var before = words[...]
    let current = before.popLast() ?? ""
    guard let first = before.first, !first.isOptionLike else {
      if before.isEmpty, !current.isOptionLike {
        offer(.commands)
      } else {
        offer(.getToken, before, current)
        if before.isEmpty { candidates.append(Candidate(text: "--version")) }
      }
      keep(prefix: current)
      return
    }
    before.removeFirst()
    let command = Command.named(first)
    if command?.name == Command.help.name {
      if before.isEmpty { offer(.commands) }
      if before.count == 1 { offer(subcommandsOf: before.first.flatMap(Command.named)) }
    } else if command?.subcommands.isEmpty ?? true {
      if let command { offer(command, before, current) }
    } else if let word = before.popFirst() {
      offer(command?.subcommand(word), before, current)
    } else {
      offer(subcommandsOf: command)
    }
    keep(prefix: current)
  }

  private mutating func offer(subcommandsOf command: Command?) {
    candidates = (command?.subcommands ?? []).map {
      Candidate(text: $0.subcommandName, description: $0.summary)
    }
  }

  /// Completes the word after the given options and arguments of a command.
  private mutating func offer(
    _ command: Command?, _ before: ArraySlice<String>, _ current: String
  ) {
    var positional = 0
    var expected: OptionDeclaration?
    var isPastOptions = false
    for word in before {
      if expected != nil {
        expected = nil
      } else if word == "--" {
        isPastOptions = true
      } else if isPastOptions || !word.isOptionLike {
        positional += 1
      } else {
        expected = command?.options.first {
          $0.kind != .flag && !$0.isValueOptional && $0.isNamed(word.utf8[...])
        }
      }
    }
    if let expected {
      offer(expected.completion)
    } else if current.isOptionLike, !isPastOptions {
      let name = current.utf8.prefix { $0 != UInt8(ascii: "=") }
      if name.endIndex != current.endIndex {
        guard let option = command?.options.first(where: { $0.isNamed(name) }) else { return }
        offer(option.completion)
        for index in candidates.indices {
          candidates[index].text = String(Substring(name)) + "=" + candidates[index].text
        }
        return
      }
      candidates = (command?.options ?? []).flatMap { option in
        option.names.map { Candidate(text: $0, description: Self.brief(option.help)) }
      }
      candidates.append(Candidate(text: "--help", description: "show the command's help"))
    } else if let command, positional < command.arguments.count {
      offer(command.options.first(where: \.isPositional)?.completion ?? command.argumentCompletion)
    }
  }

  private mutating func offer(_ completion: OptionDeclaration.Completion) {
    switch completion {
    case .nothing: break
    case .file: paths = .files
    case .directory: paths = .directories
    case .words(let words): candidates = words.map { Candidate(text: $0) }
    case .commands:
      candidates = Command.all.map { Candidate(text: $0.name, description: $0.summary) }
    }
  }

  private mutating func keep(prefix: String) {
    candidates.removeAll { !$0.text.utf8.starts(with: prefix.utf8) }
  }

  /// The first sentence of a help text.
  private static func brief(_ help: String) -> String {
    let sentence = help.firstRange(of: ". ").map { String(help[..<$0.lowerBound]) } ?? help
    return sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
  }

  /// The output for the shells' scripts: a line per candidate, with its description after a tab,
  /// then `:none`, `:files` or `:directories`.
  var text: String {
    candidates.map { candidate in
      candidate.text + (candidate.description.isEmpty ? "" : "\t" + candidate.description) + "\n"
    }.joined() + ":\(paths.rawValue)\n"
  }
}

extension String {
  fileprivate var isOptionLike: Bool { utf8.first == UInt8(ascii: "-") }
}

extension Command {
  static let completeName = "__complete"

  /// `__complete SHELL WORD...`, for the completion scripts.
  static let complete = Command(
    name: completeName, summary: "print completions for a shell", details: "", example: "",
    readsVariables: false, isHidden: true
  ) { arguments, world throws(CommandError) in
    var words = arguments.positional[...]
    let isBash = words.popFirst() == Shell.bash.rawValue
    // bash splits --option=value into three words, and replaces only the last of them.
    let completion = Completion(words: isBash ? joined(words) : Array(words))
    try world.writeOutput(isBash ? completion.forBash.text : completion.text)
    return .done
  }

  private static func joined(_ words: ArraySlice<String>) -> [String] {
    var joined: [String] = []
    for word in words {
      if word == "=" || joined.last?.utf8.last == UInt8(ascii: "="), let last = joined.last,
        last.utf8.starts(with: "--".utf8)
      {
        joined[joined.count - 1] = last + word
      } else {
        joined.append(word)
      }
    }
    return joined
  }
}

extension Completion {
  /// Candidates without their `--option=`, for bash.
  fileprivate var forBash: Completion {
    var completion = self
    for index in candidates.indices {
      guard let equals = candidates[index].text.firstIndex(of: "=") else { continue }
      completion.candidates[index].text.removeSubrange(...equals)
    }
    return completion
  }
}

/// The shells with a completion script.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  var script: String {
    switch self {
    case .bash:
      #"""
      # bash completion for tokenxchange; in ~/.bashrc: source <(tokenxchange completion bash)
      _tokenxchange() {
        local IFS=$'\n' line current=${COMP_WORDS[COMP_CWORD]} program=${COMP_WORDS[0]/#\~/$HOME}
        # bash splits --option=value into three words.
        [[ $current != = ]] || current=
        COMPREPLY=()
        for line in $("$program" __complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
          case $line in
            :none) ;;
            :files)
              compopt -o filenames 2>/dev/null
              COMPREPLY+=($(compgen -f -- "$current")) ;;
            :directories)
              compopt -o filenames 2>/dev/null
              COMPREPLY+=($(compgen -d -- "$current")) ;;
            *) COMPREPLY+=("${line%%$'\t'*}") ;;
          esac
        done
      }
      complete -F _tokenxchange tokenxchange

      """#
    case .zsh:
      #"""
      #compdef tokenxchange
      # zsh completion for tokenxchange; in ~/.zshrc: source <(tokenxchange completion zsh)
      _tokenxchange() {
        local -a candidates
        local line paths
        for line in "${(@f)$(${~words[1]} __complete zsh "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
          case $line in
            :*) paths=${line#:} ;;
            *$'\t'*) candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
            *) candidates+=("${line//:/\\:}") ;;
          esac
        done
        if (( $#candidates )); then
          _describe tokenxchange candidates
          return
        fi
        [[ $PREFIX != -*=* ]] || compset -P '*='
        case $paths in
          files) _files ;;
          directories) _files -/ ;;
        esac
      }
      if [[ $funcstack[1] == _tokenxchange ]]; then
        _tokenxchange
      else
        compdef _tokenxchange tokenxchange
      fi

      """#
    case .fish:
      #"""
      # fish completion for tokenxchange; in config.fish: tokenxchange completion fish | source
      function __tokenxchange_complete
        set -l words (commandline -opc)
        set -l current (commandline -ct)
        # The part before the value of --option=value.
        set -l prefix (string match -r -- '^-[^=]*=' "$current")
        set -l path (string replace -- "$prefix" '' "$current")
        for line in ($words[1] __complete fish $words[2..-1] "$current" 2>/dev/null)
          switch $line
            case :none
            case :files
              string replace -r '^' -- "$prefix" (__fish_complete_path "$path")
            case :directories
              string replace -r '^' -- "$prefix" (__fish_complete_directories "$path" '')
            case '*'
              echo $line
          end
        end
      end
      complete -c tokenxchange -f -a '(__tokenxchange_complete)'

      """#
    }
  }
}
