// Silent authentication on iOS 15 and newer, from the start to the proof: URLSession, Swift concurrency,
// Vonage's VonageClientLibrary 1.0.5-beta. One loop: either the check_url is open or the socket is, never both.

import Foundation
import Security
import VonageClientLibrary

struct Verification: Decodable {
    struct Action: Decodable, Equatable {
        let type: String  // unknown: none
        let checkUrl: String?
        let codeLength: Int?
        let attemptsRemaining: Int?
    }
    struct Step: Decodable { let channel: String; let status: String; let reason: String? }
    struct Verified: Decodable { let phoneNumber: Bool; let email: Bool }

    let requestId: String
    let seq: Int
    let status: String  // unknown: as `pending`
    let channel: String
    let action: Action?
    let workflow: [Step]
    let verified: Verified
    let reason: String?
    let updatedAt: String
    let nextChangeAt: String?
    let expiresAt: String

    var isFinal: Bool {
        ["completed", "failed", "user_rejected", "expired", "blocked", "cancelled", "aborted"]
            .contains(status)
    }
    /// Completed, but Vonage has not yet said which channel delivered the code.
    var isUnnamed: Bool { status == "completed" && !verified.phoneNumber && !verified.email }
    var checkUrl: String? { action?.type == "open_check_url" ? action?.checkUrl : nil }
    private var place: Int { workflow.firstIndex { $0.channel == channel } ?? 0 }

    /// ISO 8601 in UTC with milliseconds: the order of the text is that of time.
    func replaces(_ old: Verification) -> Bool {
        if seq != old.seq { return seq > old.seq }
        if updatedAt != old.updatedAt { return updatedAt > old.updatedAt }
        return place >= old.place
    }
}

struct Problem: Error, Decodable {
    let code: String
    let retryAfter: Int?
    let attemptsRemaining: Int?
    let retryable: Bool?
    let verification: Verification?
}
struct NetworkFailure: Error {}
struct RequestIdMismatch: Error {}

/// What the user wants to prove; `nonce` comes from your backend and comes back in the proof.
struct Wish: Codable, Equatable {
    let phoneNumber: String
    let channels: [String]
    var email: String?
    var nonce: String?
}

/// What survives the app's process; see KeychainStore.swift. Only a 202 fills in the last three.
struct Saved: Codable {
    let wish: Wish
    let idempotencyKey: String
    var requestId: String?
    var clientToken: String?
    var websocketUrl: URL?

    /// 192 random bits: as secret as the client token.
    static func newIdempotencyKey() throws -> String {
        var bytes = [UInt8](repeating: 0, count: 24)
        let status = SecRandomCopyBytes(kSecRandomDefault, bytes.count, &bytes)
        guard status == errSecSuccess else { throw KeychainFailure(status: status) }
        return bytes.map { String(format: "%02x", $0) }.joined()
    }
}

protocol Store {
    func load() throws -> Saved?
    /// `nil` forgets.
    func save(_ saved: Saved?) throws
}

actor SilentAuth {
    private let api: URL
    private let session = URLSession(configuration: .ephemeral)
    private let store: Store
    /// The JWT for `POST /start`, where the stage has an authorizer.
    private let startToken: () async throws -> String?
    /// For operators: `platform`, `app_version`, `sdk_version`; nothing that identifies anybody.
    private let client: [String: String]
    private let show: (Verification) -> Void
    private var saved: Saved
    private var current: Verification?
    private var opened = Set<String>()
    private var socket: URLSessionWebSocketTask?
    private var starting: Task<Void, Error>?  // ends with the answer to the start
    private var failures = 0
    private var messageCount = 0  // messages received on the socket
    private var serverAhead: TimeInterval = -.infinity

    init(
        api: URL, saved: Saved, store: Store,
        startToken: @escaping () async throws -> String? = { nil },
        client: [String: String] = ["platform": "ios"],
        show: @escaping (Verification) -> Void
    ) throws {
        (self.api, self.saved, self.store) = (api, saved, store)
        (self.startToken, self.client, self.show) = (startToken, client, show)
        try store.save(saved)  // before the start is sent
    }

    /// Starts, or goes on with what was saved; returns at the end. Cancel the task to leave. A
    /// verification that ended without `completed` is forgotten here, a completed one with its proof; a
    /// start that was refused is forgotten at once.
    func run() async throws -> Verification {
        let start = Task { try await self.forgettingEnded { try await self.begin() } }
        starting = start
        try await withTaskCancellationHandler { try await start.value } onCancel: { start.cancel() }
        while let verification = current, !verification.isFinal {
            try Task.checkCancellation()
            if let url = verification.checkUrl, !opened.contains(url) {
                opened.insert(url)
                do { try await open(url) } catch let problem as Problem
                    where ["code_not_expected", "verification_closed"].contains(problem.code) {
                    // The step, or the whole verification, had ended.
                }
            } else {
                await listen()
                try await catchUp()
            }
        }
        let end = ProcessInfo.processInfo.systemUptime + 5
        while current?.isUnnamed == true, ProcessInfo.processInfo.systemUptime < end {
            try await Task.sleep(nanoseconds: 1_000_000_000)
            try? await read()
        }
        guard let last = current else { throw NetworkFailure() }
        if last.status != "completed" { try store.save(nil) }
        return last
    }

    /// An ES256 JWT for your backend, for 10 minutes after `completed`. It names the number and the
    /// address only if they are verified. Nothing of the verification is kept after it.
    func proof() async throws -> String {
        var body: [String: Any] = [:]
        if current?.verified.phoneNumber == true { body["phone_number"] = saved.wish.phoneNumber }
        if current?.verified.email == true { body["email"] = saved.wish.email }
        var proof = ""
        try await forgettingEnded {
            try await self.repeating {
                proof = try self.decode(Proof.self, try await self.send("POST", "proof", body)).proof
            }
        }
        try store.save(nil)
        return proof
    }

    /// Gives up, and `run` returns the cancelled verification: do not cancel its task before. While the
    /// start has no answer, this and `leave` wait for it; where nothing was started they do nothing. Safe
    /// to repeat: after the end it answers with the verification as it is.
    func cancel() async throws { try await act("cancel", [:]) }

    /// A code that the user typed. A wrong one throws `code_invalid`; if that answer was lost, only
    /// `attemptsRemaining` is lower.
    func checkCode(_ code: String) async throws {
        guard let requestId = saved.requestId else { return }
        try await submit(requestId, code)
    }

    func leave(_ channel: String, _ error: String = "user_choice") async throws {
        try await act("next-workflow", ["from": channel, "error": error]) { $0.channel != channel }
    }

    /// Call this when the app comes back to the foreground.
    func refresh() async throws {
        guard saved.clientToken != nil else { return }  // the start has no answer yet
        try await catchUp()
        socket?.cancel(with: .goingAway, reason: nil)  // it may be dead; the loop opens another
    }

    private func begin() async throws {
        if saved.clientToken != nil { return try await repeating { try await self.read() } }
        try await repeating {
            let wish = self.saved.wish
            var body: [String: Any] = ["phone_number": wish.phoneNumber, "channels": wish.channels]
            if let email = wish.email { body["email"] = email }  // needed for the channel `email`
            if let nonce = wish.nonce { body["nonce"] = nonce }
            body["client"] = self.client
            var headers = ["idempotency-key": self.saved.idempotencyKey]
            if let token = try await self.startToken() { headers["authorization"] = "Bearer \(token)" }
            let answer = try await self.send("POST", "start", body, headers: headers)
            let started = try self.decode(Started.self, answer)
            self.saved.requestId = started.requestId
            self.saved.clientToken = started.clientToken
            self.saved.websocketUrl = started.websocketUrl
            try self.store.save(self.saved)
            self.take(started.verification)
        }
    }

    /// No socket is open here.
    private func open(_ url: String) async throws {
        guard url.hasPrefix("https://") else { return try await leave("silent_auth", "sdk_error") }
        let parameters = VGCellularRequestParameters(
            url: url, headers: [:], queryParameters: [:], maxRedirectCount: 15)
        let answer: [String: Any]
        do {
            answer = try await VGCellularRequestClient().startCellularGetRequest(params: parameters, debug: false)
        } catch {
            answer = ["error": "sdk_error"]
        }
        guard current?.checkUrl == url, current?.channel == "silent_auth" else { return }  // too late
        if let error = answer["error"] as? String { return try await leave("silent_auth", error) }
        let body = answer["response_body"] as? [String: Any]
        switch (Int("\(answer["http_status"] ?? "")"), body?["request_id"] as? String, body?["code"] as? String) {
        case (200, let requestId?, let code?):
            try await submitFromHandset(requestId, code)
        case (409, _, _), (412, _, _):
            try await reportRejection(url)
        default:
            try await leave("silent_auth", "sdk_error")
        }
    }

    /// A foreign request_id is sent to the backend, which aborts. Whatever it answers, this fails.
    private func submitFromHandset(_ requestId: String, _ code: String) async throws {
        let isOurs = requestId == saved.requestId
        do { try await submit(requestId, code) } catch _ where !isOurs {}
        if !isOurs { throw RequestIdMismatch() }
    }

    private func reportRejection(_ url: String) async throws {
        try await leave("silent_auth", "check_url_rejected")
        try await Task.sleep(nanoseconds: 5_250_000_000)
        try await catchUp()
        if current?.checkUrl == url { try await leave("silent_auth", "check_url_rejected") }
    }

    /// Holds a socket until there is something to do, it is lost, or `next_change_at` has come.
    private func listen() async {
        guard let url = saved.websocketUrl, let token = saved.clientToken else { return }
        let task = session.webSocketTask(with: url, protocols: ["silent-auth.v1", token])
        socket = task
        task.resume()
        let pinging = Task {
            while true {
                try await Task.sleep(nanoseconds: 25_000_000_000)
                let before = self.messageCount
                try await task.send(.string(#"{"action":"ping"}"#))
                try await Task.sleep(nanoseconds: 10_000_000_000)
                if self.messageCount == before { task.cancel(with: .goingAway, reason: nil) }
            }
        }
        let messagesBefore = messageCount
        let polling = Task {  // until the snapshot has come
            for _ in 1...5 {
                try await Task.sleep(nanoseconds: 2_000_000_000)
                if self.messageCount != messagesBefore { return }
                try? await self.read()
            }
            task.cancel(with: .goingAway, reason: nil)
        }
        let due = Task {
            try await Task.sleep(nanoseconds: UInt64(min(max(2, self.secondsUntilChange()), 600) * 1e9))
            task.cancel(with: .goingAway, reason: nil)
        }
        defer {
            pinging.cancel()
            polling.cancel()
            due.cancel()
            task.cancel(with: .goingAway, reason: nil)
            socket = nil
        }
        // The socket does not notice that the task of `run` was cancelled.
        await withTaskCancellationHandler {
            // Refused or lost: /status tells which.
            try? await receive(from: task, token)
        } onCancel: {
            task.cancel(with: .goingAway, reason: nil)
        }
    }

    private func receive(from task: URLSessionWebSocketTask, _ token: String) async throws {
        try await task.send(.string(#"{"action":"subscribe","client_token":"\#(token)"}"#))
        while !hasWork {
            let received = try await task.receive()
            messageCount += 1
            guard case .string(let text) = received,
                let message = try? decode(Message.self, Data(text.utf8)) else { continue }
            if message.type == "error" { return }
            if let verification = message.verification { take(verification); failures = 0 }
        }
    }

    private var hasWork: Bool {
        guard let verification = current else { return false }
        return verification.isFinal || (verification.checkUrl.map { !opened.contains($0) } ?? false)
    }

    /// Throws `client_token_invalid`; tries again after any other failure.
    private func catchUp() async throws {
        if hasWork { return }
        do {
            try await read()
            if failures > 0 { try await Task.sleep(nanoseconds: 2_000_000_000) }  // no socket: poll
        } catch let problem as Problem where problem.code == "client_token_invalid" {
            throw problem
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            try await pause(for: (error as? Problem)?.retryAfter)
        }
        failures += 1
    }

    private func read() async throws {
        take(try decode(Answer.self, try await send("GET", "status")).verification)
    }

    private func submit(_ requestId: String, _ code: String) async throws {
        let before = current
        try await act("check-code", ["request_id": requestId, "code": code]) {
            $0.status == "checking" || $0.channel != before?.channel || $0.action != before?.action
        }
    }

    /// `isSettled`: whether this verification shows that the call took effect.
    private func act(
        _ path: String, _ body: [String: Any], isSettled: @escaping (Verification) -> Bool = { _ in false }
    ) async throws {
        _ = await starting?.result
        guard saved.clientToken != nil else { return }
        try await repeating(isSettled: { self.current.map { $0.isFinal || isSettled($0) } ?? false }) {
            do {
                self.take(try self.decode(Answer.self, try await self.send("POST", path, body)).verification)
            } catch let problem as Problem {
                if let verification = problem.verification { self.take(verification) }
                throw problem
            }
        }
    }

    /// Forgets a verification that is over according to the server, and a start that it refused.
    private func forgettingEnded(_ call: @escaping () async throws -> Void) async throws {
        do { try await call() } catch let problem as Problem {
            let isRefused = saved.clientToken == nil && problem.retryable == false
            let isOver = ["client_token_invalid", "verification_closed"].contains(problem.code)
            if isRefused || isOver { try store.save(nil) }
            throw problem
        }
    }

    /// Repeats a call that may not have been carried out, but only after `/status` was read.
    private func repeating(
        isSettled: @escaping () -> Bool = { false }, _ call: @escaping () async throws -> Void
    ) async throws {
        for attempt in 1... {
            do {
                if attempt > 1, saved.clientToken != nil {
                    try await read()
                    if isSettled() { return }
                }
                return try await call()
            } catch let problem as Problem
                where attempt < 4 && Self.uncertain.contains(problem.code) && (problem.retryAfter ?? 0) <= 35 {
                try await pause(for: problem.retryAfter)
            } catch is NetworkFailure where attempt < 4 {
                try await pause()
            }
            failures += 1
        }
    }
    private static let uncertain = [
        "internal", "provider_unavailable", "dependency_unavailable", "start_in_progress",
    ]

    private func pause(for seconds: Int? = nil) async throws {
        let backoff = min(15, 0.5 * pow(2, Double(failures))) * Double.random(in: 0.5...1)
        try await Task.sleep(nanoseconds: UInt64(max(Double(seconds ?? 0), backoff) * 1e9))
    }

    private func take(_ verification: Verification) {
        if let stamp = Self.date(verification.updatedAt) {
            serverAhead = max(serverAhead, stamp.timeIntervalSinceNow)
        }
        if let old = current, verification.requestId != old.requestId || !verification.replaces(old) { return }
        current = verification
        show(verification)
        if hasWork { socket?.cancel(with: .goingAway, reason: nil) }
    }

    /// By the server's clock: the phone's own may be minutes off.
    private func secondsUntilChange() -> TimeInterval {
        guard let verification = current,
            let due = Self.date(verification.nextChangeAt ?? verification.expiresAt) else { return 2 }
        return due.timeIntervalSinceNow - serverAhead + 0.25
    }

    private static func date(_ text: String) -> Date? {
        let format = ISO8601DateFormatter()
        format.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        return format.date(from: text)
    }

    private struct Started: Decodable {
        let requestId: String
        let clientToken: String
        let websocketUrl: URL
        let verification: Verification
    }
    private struct Proof: Decodable { let proof: String }
    private struct Answer: Decodable { let verification: Verification }
    private struct Message: Decodable { let type: String; let verification: Verification? }

    private func decode<T: Decodable>(_ type: T.Type, _ data: Data) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(type, from: data) } catch { throw NetworkFailure() }
    }

    private func send(
        _ method: String, _ path: String, _ body: [String: Any]? = nil, headers: [String: String] = [:]
    ) async throws -> Data {
        var request = URLRequest(url: api.appendingPathComponent(path), timeoutInterval: 28)
        request.httpMethod = method
        request.cachePolicy = .reloadIgnoringLocalCacheData
        if let token = saved.clientToken {
            request.setValue("Bearer \(token)", forHTTPHeaderField: "authorization")
        }
        headers.forEach { request.setValue($1, forHTTPHeaderField: $0) }
        if let body {
            request.setValue("application/json", forHTTPHeaderField: "content-type")
            request.httpBody = try JSONSerialization.data(withJSONObject: body)
        }
        let (data, response): (Data, URLResponse)
        do { (data, response) = try await session.data(for: request) } catch {
            try Task.checkCancellation()
            throw NetworkFailure()
        }
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard (200...299).contains(status) else {
            if let problem = try? decode(Problem.self, data) { throw problem }
            throw NetworkFailure()  // the gateway's own, or HTML of a network in between
        }
        return data
    }
}
