// Silent authentication on Android, from the start to the proof: OkHttp, coroutines, Vonage's library
// com.vonage:client-library 1.2.0. Call VGCellularRequestClient.initializeSdk(applicationContext) once,
// when the app starts. Below API 26, java.time needs desugaring.

package org.example.silentauth

import com.vonage.clientlibrary.VGCellularRequestClient
import com.vonage.clientlibrary.VGCellularRequestParameters
import java.io.IOException
import java.security.SecureRandom
import java.time.Duration
import java.time.Instant
import kotlin.math.max
import kotlin.math.min
import kotlin.math.pow
import kotlin.random.Random
import kotlinx.coroutines.*
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import okhttp3.*
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.RequestBody.Companion.toRequestBody
import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject

class Problem(val code: String, val body: JSONObject) : Exception(code) {
    val retryAfter = body.optLong("retry_after", 0)
    val attemptsRemaining = body.optInt("attempts_remaining", 0)
    val retryable = body.optBoolean("retryable", true)
}
class RequestIdMismatch : Exception()

/** What the user wants to prove; `nonce` comes from your backend and comes back in the proof. */
data class Wish(
    val phoneNumber: String,
    val channels: List<String>,
    val email: String? = null,
    val nonce: String? = null,
)

/** What survives the app's process; see SavedStore.kt. Only a 202 fills in the last three. */
data class Saved(
    val wish: Wish,
    val idempotencyKey: String,
    val requestId: String? = null,
    val clientToken: String? = null,
    val websocketUrl: String? = null,
)

/** 192 random bits: as secret as the client token. */
fun newIdempotencyKey(): String =
    ByteArray(24).also(SecureRandom()::nextBytes).joinToString("") { "%02x".format(it) }

interface Store {
    suspend fun load(): Saved?
    /** Null forgets. Returns when it is on disk. */
    suspend fun save(saved: Saved?)
}

/** Call everything from one dispatcher (`Dispatchers.Main` is right): nothing here is locked. */
class SilentAuth(
    private val api: String,
    private var saved: Saved,
    private val store: Store,
    /** The JWT for `POST /start`, where the stage has an authorizer. */
    private val startToken: suspend () -> String? = { null },
    /** For operators: `platform`, `app_version`, `sdk_version`, `carrier`; nothing that identifies anybody. */
    private val client: Map<String, String> = mapOf("platform" to "android"),
) {
    private val http = OkHttpClient.Builder().callTimeout(Duration.ofSeconds(28)).build()
    /** No call timeout: a socket lives as long as the verification. */
    private val sockets = OkHttpClient.Builder().connectTimeout(Duration.ofSeconds(10)).build()
    private val opened = mutableSetOf<String>()
    private val wake = Channel<Unit>(Channel.CONFLATED)
    private val starting = Mutex() // held until the start is answered
    private var failures = 0
    private var messageCount = 0 // messages received on the socket
    private var serverAheadMs = Long.MIN_VALUE
    private val state = MutableStateFlow<JSONObject?>(null)
    /** The newest verification, as it came. */
    val verification: StateFlow<JSONObject?> = state

    private val now get() = state.value
    private val checkUrl get() = now?.optJSONObject("action")
        ?.takeIf { it.optString("type") == "open_check_url" }?.optString("check_url")
    private val isFinal get() = now?.optString("status") in FINAL
    /** Completed, but Vonage has not yet said which channel delivered the code. */
    private val isUnnamed get() = now?.optString("status") == "completed" &&
        now?.optJSONObject("verified")?.let { it.optBoolean("phone_number") || it.optBoolean("email") } != true
    private val hasWork get() = isFinal || checkUrl.let { it != null && it !in opened }

    /**
     * Starts, or goes on with what was saved; returns at the end. Cancel the coroutine to leave. A
     * verification that ended without `completed` is forgotten here, a completed one with its proof; a
     * start that was refused is forgotten at once.
     */
    suspend fun run(): JSONObject {
        store.save(saved) // before the start is sent
        starting.withLock { forgettingEnded { begin() } }
        while (!isFinal) {
            val url = checkUrl
            try {
                if (url != null && opened.add(url)) open(url) else { listen(); catchUp() }
            } catch (problem: Problem) { // otherwise the step, or the whole verification, had ended
                if (problem.code != "code_not_expected" && problem.code != "verification_closed") throw problem
            }
        }
        withTimeoutOrNull(5_000) { while (isUnnamed) { delay(1_000); tryToRead() } }
        if (now!!.optString("status") != "completed") store.save(null)
        return now!!
    }

    /**
     * An ES256 JWT for your backend, for 10 minutes after `completed`. It names the number and the address
     * only if they are verified. Nothing of the verification is kept after it.
     */
    suspend fun proof(): String {
        val verified = now!!.getJSONObject("verified")
        val body = JSONObject()
        if (verified.optBoolean("phone_number")) body.put("phone_number", saved.wish.phoneNumber)
        if (verified.optBoolean("email")) body.put("email", saved.wish.email)
        var proof = ""
        forgettingEnded { repeating { proof = shaped { send("POST", "/proof", body).getString("proof") } } }
        store.save(null)
        return proof
    }

    /**
     * Gives up, and `run` returns the cancelled verification: do not cancel its coroutine before. While the
     * start has no answer, this and `leave` wait for it; where nothing was started they do nothing. Safe to
     * repeat: after the end it answers with the verification as it is.
     */
    suspend fun cancel() = act("/cancel", JSONObject())

    /**
     * A code that the user typed. A wrong one throws `code_invalid`; if that answer was lost, only
     * `attempts_remaining` is lower.
     */
    suspend fun checkCode(code: String) { saved.requestId?.let { submit(it, code) } }

    suspend fun leave(channel: String, error: String = "user_choice") =
        act("/next-workflow", JSONObject().put("from", channel).put("error", error)) {
            it.optString("channel") != channel
        }

    /** Call this from `onStart`: a socket may be dead although the system has not reported it. */
    suspend fun refresh() {
        if (saved.clientToken == null) return // the start has no answer yet
        catchUp()
        wake.trySend(Unit)
    }

    private suspend fun begin() = repeating {
        if (saved.clientToken != null) { read(); return@repeating }
        val wish = saved.wish
        val body = JSONObject().put("phone_number", wish.phoneNumber).put("channels", JSONArray(wish.channels))
        wish.email?.let { body.put("email", it) } // needed for the channel `email`
        wish.nonce?.let { body.put("nonce", it) }
        body.put("client", client.entries.fold(JSONObject()) { json, (name, value) -> json.put(name, value) })
        val headers = mutableMapOf("idempotency-key" to saved.idempotencyKey)
        startToken()?.let { headers["authorization"] = "Bearer $it" }
        val answer = send("POST", "/start", body, headers)
        saved = shaped {
            saved.copy(
                requestId = answer.getString("request_id"),
                clientToken = answer.getString("client_token"),
                websocketUrl = answer.getString("websocket_url"),
            )
        }
        store.save(saved)
        take(shaped { answer.getJSONObject("verification") })
    }

    /** The library binds the process to mobile data: no socket is open here, and no call is made. */
    private suspend fun open(url: String) {
        val parameters = VGCellularRequestParameters(
            url = url, headers = emptyMap(), queryParameters = emptyMap(), maxRedirectCount = 15)
        val answer = withContext(Dispatchers.IO) { // it blocks
            runCatching { VGCellularRequestClient.getInstance().startCellularGetRequest(parameters, false) }
                .getOrElse { JSONObject().put("error", "sdk_error") }
        }
        if (checkUrl != url || now?.optString("channel") != "silent_auth") return // too late
        val body = answer.optJSONObject("response_body")
        val requestId = body?.optString("request_id").orEmpty()
        val code = body?.optString("code").orEmpty()
        val status = answer.optInt("http_status")
        when {
            answer.has("error") -> leave("silent_auth", answer.optString("error"))
            status == 200 && requestId != "" && code != "" -> submitFromHandset(requestId, code)
            status == 409 || status == 412 -> reportRejection(url)
            else -> leave("silent_auth", "sdk_error")
        }
    }

    /** A foreign request_id is sent to the backend, which aborts. Whatever it answers, this fails. */
    private suspend fun submitFromHandset(requestId: String, code: String) {
        val isOurs = requestId == saved.requestId
        try {
            submit(requestId, code)
        } catch (problem: Problem) {
            if (isOurs) throw problem
        } catch (lost: IOException) {
            if (isOurs) throw lost
        }
        if (!isOurs) throw RequestIdMismatch()
    }

    private suspend fun reportRejection(url: String) {
        leave("silent_auth", "check_url_rejected")
        delay(5_250)
        catchUp()
        if (checkUrl == url) leave("silent_auth", "check_url_rejected")
    }

    /** Holds a socket until there is something to do, it is lost, or `next_change_at` has come. */
    private suspend fun listen() = coroutineScope {
        wake.tryReceive() // of before
        val messages = Channel<String>(Channel.UNLIMITED)
        val request = Request.Builder().url(saved.websocketUrl ?: return@coroutineScope)
            .header("Sec-WebSocket-Protocol", "silent-auth.v1, ${saved.clientToken}").build()
        val socket = sockets.newWebSocket(request, object : WebSocketListener() {
            override fun onMessage(webSocket: WebSocket, text: String) { messages.trySend(text) }
            // A refused handshake comes here too, and so does a dead network: /status tells which.
            override fun onFailure(webSocket: WebSocket, t: Throwable, response: Response?) { messages.close() }
            override fun onClosing(webSocket: WebSocket, code: Int, reason: String) { messages.close() }
        })
        socket.send(JSONObject().put("action", "subscribe").put("client_token", saved.clientToken).toString())
        val pinging = launch {
            while (true) {
                delay(25_000)
                val before = messageCount
                socket.send("""{"action":"ping"}""")
                delay(10_000)
                if (messageCount == before) messages.close()
            }
        }
        val messagesBefore = messageCount
        val polling = launch { // until the snapshot has come
            repeat(5) {
                delay(2_000)
                if (messageCount != messagesBefore) return@launch
                tryToRead()
            }
            messages.close()
        }
        val waking = launch { wake.receive(); messages.close() }
        try {
            withTimeoutOrNull(max(2_000, msUntilChange())) {
                while (!hasWork) {
                    val message = messages.receiveCatching().getOrNull()?.let { JSONObject(it) } ?: break
                    messageCount++
                    if (message.optString("type") == "error") break
                    message.optJSONObject("verification")?.let { take(it); failures = 0 }
                }
            }
        } finally {
            pinging.cancel()
            polling.cancel()
            waking.cancel()
            socket.cancel()
        }
    }

    /** Throws `client_token_invalid`; tries again after any other failure. */
    private suspend fun catchUp() {
        if (hasWork) return
        try {
            read()
            if (failures > 0) delay(2_000) // no socket: poll
        } catch (problem: Problem) {
            if (problem.code == "client_token_invalid") throw problem
            pause(problem.retryAfter)
        } catch (lost: IOException) {
            pause()
        }
        failures++
    }

    private suspend fun read() = take(shaped { send("GET", "/status").getJSONObject("verification") })

    private suspend fun tryToRead() { try { read() } catch (ignored: Problem) {} catch (ignored: IOException) {} }

    private suspend fun submit(requestId: String, code: String) {
        val channel = now?.optString("channel")
        val action = now?.optJSONObject("action")?.toString()
        act("/check-code", JSONObject().put("request_id", requestId).put("code", code)) {
            it.optString("status") == "checking" || it.optString("channel") != channel ||
                it.optJSONObject("action")?.toString() != action
        }
    }

    /** `isSettled`: whether this verification shows that the call took effect. */
    private suspend fun act(path: String, body: JSONObject, isSettled: (JSONObject) -> Boolean = { false }) {
        starting.withLock { if (saved.clientToken == null) return }
        repeating({ isFinal || now?.let(isSettled) == true }) {
            try {
                take(shaped { send("POST", path, body).getJSONObject("verification") })
            } catch (problem: Problem) {
                problem.body.optJSONObject("verification")?.let(::take)
                throw problem
            }
        }
    }

    /** Forgets a verification that is over according to the server, and a start that it refused. */
    private suspend fun forgettingEnded(call: suspend () -> Unit) = try {
        call()
    } catch (problem: Problem) {
        val isRefused = saved.clientToken == null && !problem.retryable
        if (isRefused || problem.code in OVER) store.save(null)
        throw problem
    }

    /** Repeats a call that may not have been carried out, but only after `/status` was read. */
    private suspend fun repeating(isSettled: () -> Boolean = { false }, call: suspend () -> Unit) {
        for (attempt in 1..4) {
            var retryAfter = 0L
            try {
                if (attempt > 1 && saved.clientToken != null) {
                    read()
                    if (isSettled()) return
                }
                return call()
            } catch (problem: Problem) {
                if (attempt == 4 || problem.code !in UNCERTAIN || problem.retryAfter > 35) throw problem
                retryAfter = problem.retryAfter
            } catch (lost: IOException) {
                if (attempt == 4) throw lost
            }
            pause(retryAfter)
            failures++
        }
    }

    private suspend fun pause(seconds: Long = 0) =
        delay(max(seconds * 1000, (min(15_000.0, 500 * 2.0.pow(failures)) * Random.nextDouble(0.5, 1.0)).toLong()))

    private fun take(next: JSONObject) {
        serverAheadMs = max(serverAheadMs, epochMs(next, "updated_at") - System.currentTimeMillis())
        val old = now
        if (old != null && (next.optString("request_id") != old.optString("request_id") || !replaces(next, old))) return
        state.value = next
        if (hasWork) wake.trySend(Unit)
    }

    private fun replaces(next: JSONObject, old: JSONObject) =
        compareValuesBy(next, old, { it.optInt("seq") }, { epochMs(it, "updated_at") }, ::place) >= 0

    private fun place(verification: JSONObject): Int {
        val workflow = verification.getJSONArray("workflow")
        val channels = (0 until workflow.length()).map { workflow.getJSONObject(it).optString("channel") }
        return channels.indexOf(verification.optString("channel"))
    }

    /** By the server's clock: the phone's own may be minutes off. */
    private fun msUntilChange(): Long {
        val due = if (now!!.isNull("next_change_at")) "expires_at" else "next_change_at"
        return epochMs(now!!, due) - System.currentTimeMillis() - serverAheadMs + 250
    }

    private fun epochMs(verification: JSONObject, name: String) =
        Instant.parse(verification.getString(name)).toEpochMilli()

    /** JSON without the members of the contract is not our answer: a network in between sent it. */
    private suspend fun <T> shaped(read: suspend () -> T): T = try {
        read()
    } catch (foreign: JSONException) {
        throw IOException("the answer is not the backend's", foreign)
    }

    /** Throws [Problem] for an answer of ours, [IOException] for everything else, HTML included. */
    private suspend fun send(
        method: String, path: String, body: JSONObject? = null, headers: Map<String, String> = emptyMap(),
    ): JSONObject = withContext(Dispatchers.IO) {
        val request = Request.Builder().url(api + path).method(method, body?.toString()?.toRequestBody(JSON))
        saved.clientToken?.let { request.header("authorization", "Bearer $it") }
        headers.forEach { (name, value) -> request.header(name, value) }
        runInterruptible { http.newCall(request.build()).execute() }.use { response ->
            val answer = try {
                JSONObject(response.body!!.string())
            } catch (notJson: JSONException) {
                throw IOException("the answer is not the backend's", notJson)
            }
            if (response.isSuccessful) return@use answer
            if (answer.has("code")) throw Problem(answer.getString("code"), answer)
            throw IOException("the gateway answered ${response.code}")
        }
    }

    private companion object {
        val JSON = "application/json".toMediaType()
        val FINAL = setOf("completed", "failed", "user_rejected", "expired", "blocked", "cancelled", "aborted")
        val OVER = setOf("client_token_invalid", "verification_closed")
        val UNCERTAIN = setOf("internal", "provider_unavailable", "dependency_unavailable", "start_in_progress")
    }
}
