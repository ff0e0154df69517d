import ArgumentParser
import Glibc

/// A fault of the worker's own, at every tenth seed, so that a test sees what the parent makes of it.
enum PlantedFault: String, CaseIterable, ExpressibleByArgument {
    case trap, hang, memory, wrong

    func happen() throws {
        switch self {
        case .trap: preconditionFailure("planted")
        case .hang: while getppid() != 1 {}
        case .memory:
            // Twice the usual limit, touched page by page.
            let bytes = 4 << 30
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 4096)
            for offset in stride(from: 0, to: bytes, by: 4096) { block[offset] = 1 }
        case .wrong: throw WrongResult(message: "planted")
        }
    }
}
