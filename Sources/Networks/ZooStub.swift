public import Diagnostics
public enum Zoo { public static let names = ["none"]; public static func network(named: String) throws(Diagnostic) -> NetworkFile { NetworkFile() } }
