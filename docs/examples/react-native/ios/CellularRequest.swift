// `NativeModules.CellularRequest` on iOS: Vonage's library, whose object goes to JavaScript as it is.

import Foundation
import React
import VonageClientLibrary

@objc(CellularRequest)
final class CellularRequest: NSObject {
    @objc static func requiresMainQueueSetup() -> Bool { false }

    /// The library asks by itself and answers `sdk_no_data_connectivity` within 2 s.
    @objc(isAvailable:rejecter:)
    func isAvailable(resolve: @escaping RCTPromiseResolveBlock, reject: @escaping RCTPromiseRejectBlock) {
        resolve(true)
    }

    /// https only: the library itself would also open http. A failure names no URL.
    @objc(get:resolver:rejecter:)
    func get(
        _ url: String, resolve: @escaping RCTPromiseResolveBlock, reject: @escaping RCTPromiseRejectBlock
    ) {
        guard url.hasPrefix("https://") else { return resolve(["error": "sdk_error"]) }
        Task {
            let parameters = VGCellularRequestParameters(
                url: url, headers: [:], queryParameters: [:], maxRedirectCount: 15)
            do {
                let client = VGCellularRequestClient()
                resolve(try await client.startCellularGetRequest(params: parameters, debug: false))
            } catch {
                reject("sdk_error", "the check_url could not be opened", nil)
            }
        }
    }
}
