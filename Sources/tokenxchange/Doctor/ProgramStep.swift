import Platform

extension Doctor {
  /// How this program was built.
  static func program(_ context: inout DoctorContext) -> DoctorStep {
    var step = DoctorStep(.program)
    let program = context.world.process.program()
    step.note("file", program.path)
    step.note("libraries", program.libraries)
    step.summary = .program(isStatic: program.isStatic)
    if !program.setsTrust { step.add(.noTLSOptions) }
    return step
  }
}
