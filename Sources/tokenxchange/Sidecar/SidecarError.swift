/// Why the options of `sidecar` or the variables of dexsidecar are invalid.
enum SidecarError: Error, Equatable {
  /// `--mode` is not a file mode.
  case invalidMode(String, source: String)
  /// With this mode every user could replace the token.
  case writableByAll(String, source: String)
  /// The file to write is also an input.
  case writesInput(String, source: String, SidecarInput)
  /// A `dex_file_` variable of a setting that is not read from a file.
  case settingFromFile(variable: String)
  /// A text and a file for the same field.
  case textAndFile(variable: String, fileVariable: String)
  case missingEndpoint
  /// A file contains an invalid value, which is not shown.
  case invalidChoiceInFile(source: String, choices: [String])
}

/// A file that is read at each exchange.
enum SidecarInput: Equatable {
  case subjectToken
  case clientSecret
  case certificates
  /// The file that a variable names.
  case variable(String)
}
