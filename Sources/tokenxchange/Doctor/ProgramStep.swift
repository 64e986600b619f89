import Platform

extension Doctor {
  /// The program itself.
  static func program(_ examination: inout DoctorContext) -> DoctorStep {
    var step = DoctorStep("program")
    let program = examination.world.process.program()
    step.note("file", program.path)
    step.note("libraries", program.libraries)
    step.summary =
      "tokenxchange \(Version.number), "
      + (program.isStatic
        ? "static: it runs in any image" : "not static: it runs only where its libraries are")
    if !program.setsTrust {
      step.warn(
        "this build cannot set TLS and proxy options, and so sends nothing",
        hint: "build it by make static, or take a released binary")
    }
    return step
  }
}
