import CCrypto

/// SHA-256, as lower-case hexadecimal text.
public enum Digest {
    /// Of a run of bytes.
    public static func sha256(_ bytes: UnsafeRawBufferPointer) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 32
        // EVP_Digest reads at least one byte's address even for an empty run.
        let status = EVP_Digest(
            bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!, bytes.count, &digest, &length, EVP_sha256(), nil)
        precondition(status == 1 && length == 32, "SHA-256 is not available in libcrypto")
        return digest.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }

    public static func sha256(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { sha256($0) } }
}
