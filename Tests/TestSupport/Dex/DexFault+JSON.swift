extension DexFault {
  /// Parses a fault of the control endpoint, such as `{"kind":"status","status":503}`.
  ///
  /// Kinds: `status` (`status`, `retry_after`, `body`, `type`), `oauth` (`error`, `description`,
  /// `status`), `html` (`status`), `redirect` (`location`, `status`), `empty`, `hang`, `reset`,
  /// `drop`, `slow` and `endless` (`bytes`, `interval`), `truncated-json`, `truncated-body`, `huge`
  /// (`mebibytes`), `delay` (`seconds`). All take `path` and `times`; 0 times means always.
  public init?(_ value: JSONValue) {
    let bytes = value["bytes"]?.integer ?? 1
    let interval = value["interval"]?.number ?? 0.5
    let status = value["status"]?.integer
    let fault: DexFault
    switch value["kind"]?.string {
    case "status":
      var response = LoopbackResponse.text(
        value["body"]?.string ?? "status \(status ?? 500)\n", status: status ?? 500,
        type: value["type"]?.string ?? "text/plain; charset=utf-8")
      if let after = value["retry_after"] {
        response.headers.append(("Retry-After", after.string ?? after.text))
      }
      fault = .response(response)
    case "oauth":
      fault = .oauth(
        value["error"]?.string ?? "server_error", value["description"]?.string,
        status: status ?? 400)
    case "html": fault = .html(status: status ?? 200)
    case "redirect":
      fault = .redirect(to: value["location"]?.string ?? "/", status: status ?? 302)
    case "empty": fault = .empty
    case "hang": fault = .delivery(.hang)
    case "reset": fault = .delivery(.reset)
    case "drop": fault = .delivery(.dropped)
    case "slow": fault = .delivering(.slow(bytes: bytes, interval: interval))
    case "endless": fault = .delivery(.endless(bytes: bytes, interval: interval))
    case "truncated-json": fault = .truncatedJSON
    case "truncated-body": fault = .truncatedBody
    case "huge": fault = .delivery(.huge(mebibytes: value["mebibytes"]?.integer ?? 8))
    case "delay": fault = .delay(value["seconds"]?.number ?? 1)
    default: return nil
    }
    let times = value["times"]?.integer ?? 1
    self = fault.on(value["path"]?.string ?? "/token", times: times == 0 ? nil : times)
  }
}
