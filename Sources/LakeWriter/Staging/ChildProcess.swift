import CExchange

#if canImport(Glibc)
  import Glibc
#endif

/// Runs a command once: gives it an input and takes its output, within a time.
enum ChildProcess {
  /// How a run ended.
  enum Outcome: Equatable {
    case exited(code: Int32, output: [UInt8], errors: String)
    case timedOut
    case notStarted(String)
  }

  /// The most output that is taken, and how much of the errors is kept.
  private static let outputByteCountMax = 64 << 20
  private static let errorByteCountMax = 2000

  /// Runs `sh -c command`.
  ///
  /// The input goes through a socket, so that a command that does not read it costs no signal; so do
  /// the others, as no other child may get hold of their ends.
  static func run(_ command: String, input: [UInt8], timeoutMillis: Int64) -> Outcome {
    var pairs: [[Int32]] = []
    for _ in 0..<3 {
      var pair: [Int32] = [-1, -1]
      let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      if socketpair(AF_UNIX, type, 0, &pair) == 0 {
        pairs.append(pair)
        continue
      }
      let words = String(cString: strerror(errno))
      for descriptor in pairs.joined() { close(descriptor) }
      return .notStarted(words)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, pair) in pairs.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, pair[1], Int32(number))
    }
    // A group of its own, so that what the command has started ends with it.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var arguments: [UnsafeMutablePointer<CChar>?] = []
    for text in ["sh", "-c", command] { arguments.append(strdup(text)) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    let status = posix_spawn(
      &child,
      "/bin/sh",
      &actions,
      &attributes,
      &arguments,
      lake_environment()
    )
    for pair in pairs { close(pair[1]) }
    defer { for pair in pairs.dropFirst() { close(pair[0]) } }
    if status != 0 {
      close(pairs[0][0])
      return .notStarted(String(cString: strerror(status)))
    }
    let deadline = Exchange.clockMillis + timeoutMillis
    var exchange = Exchange(input: pairs[0][0], output: pairs[1][0], errors: pairs[2][0])
    let isWhole = exchange.run(input, until: deadline)
    guard let code = exitStatus(of: child, until: isWhole ? deadline : 0), isWhole else {
      return .timedOut
    }
    // The status word of wait(2): a signal in the low bits, else the exit code above them.
    let exit = code & 0x7F == 0 ? code >> 8 & 0xFF : 128 + code & 0x7F
    let words = String(decoding: exchange.errorBytes.prefix(errorByteCountMax), as: UTF8.self)
    return .exited(code: exit, output: exchange.outputBytes, errors: words)
  }

  /// Waits for a child, which is killed when time is up; nil then.
  private static func exitStatus(of child: pid_t, until deadline: Int64) -> Int32? {
    var code: Int32 = 0
    while Exchange.clockMillis < deadline {
      let found = waitpid(child, &code, WNOHANG)
      if found == child { return code }
      if found < 0 && errno != EINTR { return nil }
      usleep(1000)
    }
    kill(-child, SIGKILL)
    while waitpid(child, &code, 0) < 0 && errno == EINTR {}
    return nil
  }

  /// The descriptors of a running child.
  private struct Exchange {
    var input: Int32
    var output: Int32
    var errors: Int32
    var outputBytes: [UInt8] = []
    var errorBytes: [UInt8] = []

    init(input: Int32, output: Int32, errors: Int32) {
      (self.input, self.output, self.errors) = (input, output, errors)
    }

    static var clockMillis: Int64 {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Sends the input and takes the output until the child has closed it; false when time is up.
    mutating func run(_ bytes: [UInt8], until deadline: Int64) -> Bool {
      var sent = 0
      defer { if input >= 0 { close(input) } }
      var open = [output, errors]
      var block = [UInt8](repeating: 0, count: 1 << 16)
      while !open.isEmpty {
        if sent == bytes.count && input >= 0 {
          close(input)
          input = -1
        }
        let left = deadline - Exchange.clockMillis
        if left <= 0 { return false }
        var requests = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        if input >= 0 { requests.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0)) }
        if poll(&requests, nfds_t(requests.count), Int32(min(left, 1000))) < 0 && errno != EINTR {
          return false
        }
        for request in requests where request.revents != 0 {
          if request.fd == input {
            // MSG_NOSIGNAL and MSG_DONTWAIT.
            let flags: Int32 = 0x4000 | 0x40
            let count = bytes.withUnsafeBytes {
              send(input, $0.baseAddress.map { $0 + sent }, bytes.count - sent, flags)
            }
            // A command need not read all of its input.
            if count > 0 {
              sent += count
            } else if errno != EAGAIN && errno != EINTR {
              sent = bytes.count
            }
            continue
          }
          let count = read(request.fd, &block, block.count)
          if count < 0 && errno == EINTR { continue }
          if count <= 0 {
            open.removeAll { $0 == request.fd }
          } else if request.fd == output {
            if outputBytes.count + count > ChildProcess.outputByteCountMax { return false }
            outputBytes += block[..<count]
          } else if errorBytes.count < ChildProcess.errorByteCountMax {
            errorBytes += block[..<count]
          }
        }
      }
      return true
    }
  }
}
