// `NativeModules.CellularRequest` on Android: Vonage's library, whose object goes to JavaScript as it is.

package org.example.cellularrequest

import com.facebook.react.bridge.Arguments
import com.facebook.react.bridge.Promise
import com.facebook.react.bridge.ReactApplicationContext
import com.facebook.react.bridge.ReactContextBaseJavaModule
import com.facebook.react.bridge.ReactMethod
import com.facebook.react.bridge.WritableMap
import com.vonage.clientlibrary.CellularStatus
import com.vonage.clientlibrary.VGCellularRequestClient
import com.vonage.clientlibrary.VGCellularRequestParameters
import kotlin.concurrent.thread
import org.json.JSONObject

class CellularRequestModule(context: ReactApplicationContext) : ReactContextBaseJavaModule(context) {
    init {
        VGCellularRequestClient.initializeSdk(context.applicationContext)
    }

    override fun getName() = "CellularRequest"

    /** False: leave `silent_auth` out of the channels. It may take 6 s to bring mobile data up. */
    @ReactMethod
    fun isAvailable(promise: Promise) {
        thread {
            runCatching { VGCellularRequestClient.getInstance().getCellularStatus() }
                .onSuccess { promise.resolve(it != CellularStatus.Unavailable) }
                .onFailure { promise.resolve(false) }
        }
    }

    /** Blocks its thread for up to 30 s. A failure names no URL: it may reach a crash report. */
    @ReactMethod
    fun get(url: String, promise: Promise) {
        thread {
            val parameters = VGCellularRequestParameters(url, emptyMap(), emptyMap(), MAX_REDIRECTS)
            runCatching { VGCellularRequestClient.getInstance().startCellularGetRequest(parameters, false) }
                .onSuccess { promise.resolve(toMap(it)) }
                .onFailure { promise.reject("sdk_error", "the check_url could not be opened") }
        }
    }

    private fun toMap(json: JSONObject): WritableMap = Arguments.createMap().apply {
        for (name in json.keys()) {
            when (val value = json.get(name)) {
                is JSONObject -> putMap(name, toMap(value))
                is Int -> putInt(name, value)
                is Boolean -> putBoolean(name, value)
                JSONObject.NULL -> putNull(name)
                else -> putString(name, value.toString())
            }
        }
    }

    private companion object {
        /** The library counts requests: its default of 10 fails from the 9th redirect on. */
        const val MAX_REDIRECTS = 15
    }
}
