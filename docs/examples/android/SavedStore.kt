// Keeps what a verification needs after the app's process has died: one file, encrypted with a key that
// never leaves the Android Keystore, in the folder that backups leave out.

package org.example.silentauth

import android.content.Context
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import java.io.File
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.KeyStore
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject

class SavedStore(context: Context) : Store {
    private val file = File(context.noBackupFilesDir, "silent-auth")

    /** Null when nothing is saved, and when what is saved cannot be read (a restored device has no key). */
    override suspend fun load(): Saved? = withContext(Dispatchers.IO) {
        if (!file.exists()) return@withContext null
        try {
            val bytes = file.readBytes()
            val cipher = Cipher.getInstance(TRANSFORMATION)
            cipher.init(Cipher.DECRYPT_MODE, key(), GCMParameterSpec(TAG_BITS, bytes, 0, IV_BYTES))
            toSaved(JSONObject(String(cipher.doFinal(bytes, IV_BYTES, bytes.size - IV_BYTES))))
        } catch (unreadable: GeneralSecurityException) {
            null
        } catch (unreadable: IllegalArgumentException) {
            null
        } catch (unreadable: JSONException) {
            null
        }
    }

    /** The new file replaces the old one in one step: a kill in between leaves the old one. */
    override suspend fun save(saved: Saved?): Unit = withContext(Dispatchers.IO) {
        if (saved == null) {
            file.delete()
            return@withContext
        }
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.ENCRYPT_MODE, key())
        val next = File(file.path + ".next")
        next.writeBytes(cipher.iv + cipher.doFinal(toJson(saved).toString().toByteArray()))
        if (!next.renameTo(file)) throw IOException("the verification could not be saved")
    }

    private fun key(): SecretKey {
        val store = KeyStore.getInstance(PROVIDER).apply { load(null) }
        (store.getKey(ALIAS, null) as? SecretKey)?.let { return it }
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val spec = KeyGenParameterSpec.Builder(ALIAS, purposes)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(256)
            .build()
        return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER)
            .apply { init(spec) }
            .generateKey()
    }

    private fun toJson(saved: Saved): JSONObject = JSONObject()
        .put("phone_number", saved.wish.phoneNumber)
        .put("channels", JSONArray(saved.wish.channels))
        .put("email", saved.wish.email)
        .put("nonce", saved.wish.nonce)
        .put("idempotency_key", saved.idempotencyKey)
        .put("request_id", saved.requestId)
        .put("client_token", saved.clientToken)
        .put("websocket_url", saved.websocketUrl)

    private fun toSaved(json: JSONObject): Saved {
        val channels = json.getJSONArray("channels")
        return Saved(
            wish = Wish(
                phoneNumber = json.getString("phone_number"),
                channels = (0 until channels.length()).map(channels::getString),
                email = json.text("email"),
                nonce = json.text("nonce"),
            ),
            idempotencyKey = json.getString("idempotency_key"),
            requestId = json.text("request_id"),
            clientToken = json.text("client_token"),
            websocketUrl = json.text("websocket_url"),
        )
    }

    private fun JSONObject.text(name: String): String? = if (isNull(name)) null else getString(name)

    private companion object {
        const val PROVIDER = "AndroidKeyStore"
        const val ALIAS = "silent-auth"
        const val TRANSFORMATION = "AES/GCM/NoPadding"
        const val IV_BYTES = 12
        const val TAG_BITS = 128
    }
}
