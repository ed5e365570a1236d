// Keeps what a verification needs after the app's process has died: one item of the keychain, readable
// while the device is unlocked. A backup of another device does not bring it back.

import Foundation
import Security

struct KeychainFailure: Error { let status: OSStatus }

struct KeychainStore: Store {
    private let query: [CFString: Any] = [
        kSecClass: kSecClassGenericPassword,
        kSecAttrService: "silent-auth",
        kSecAttrAccount: "verification",
    ]

    /// `nil` when nothing is saved, and when an older version of the app saved something else.
    func load() throws -> Saved? {
        var wanted = query
        wanted[kSecReturnData] = true
        wanted[kSecMatchLimit] = kSecMatchLimitOne
        var found: CFTypeRef?
        let status = SecItemCopyMatching(wanted as CFDictionary, &found)
        if status == errSecItemNotFound { return nil }
        guard status == errSecSuccess, let data = found as? Data else {
            throw KeychainFailure(status: status)
        }
        return try? JSONDecoder().decode(Saved.self, from: data)
    }

    func save(_ saved: Saved?) throws {
        guard let saved else {
            let status = SecItemDelete(query as CFDictionary)
            guard status == errSecSuccess || status == errSecItemNotFound else {
                throw KeychainFailure(status: status)
            }
            return
        }
        let values: [CFString: Any] = [
            kSecValueData: try JSONEncoder().encode(saved),
            kSecAttrAccessible: kSecAttrAccessibleWhenUnlockedThisDeviceOnly,
        ]
        var status = SecItemUpdate(query as CFDictionary, values as CFDictionary)
        if status == errSecItemNotFound {
            let item = query.merging(values) { _, new in new }
            status = SecItemAdd(item as CFDictionary, nil)
        }
        guard status == errSecSuccess else { throw KeychainFailure(status: status) }
    }
}
