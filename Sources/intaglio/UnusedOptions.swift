import ArgumentParser
import Foundation

/// Refuses options that were given and have no effect: what is not used is said, never ignored.
///
/// - Parameters:
///   - options: name and whether it was given.
///   - purpose: what they go with, for example `--against rtl`.
/// - Throws: a sentence that names every one that was given; exit code 2.
func refuseUnused(_ options: KeyValuePairs<String, Bool>, goingWith purpose: String) throws {
    let given = options.filter(\.value).map(\.key)
    guard let last = given.last else { return }
    let names = given.count == 1 ? last : given.dropLast().joined(separator: ", ") + " and " + last
    throw ValidationError(
        """
        \(names) \(given.count == 1 ? "has" : "have") no effect here: \(given.count == 1 ? "it goes" : "they go") with \
        \(purpose)
        """
    )
}

/// The parts of a list with commas.
///
/// - Throws: where the list or one of its parts is empty, or a part is there twice and must not be.
func parts(of list: String, option: String, allowingRepeats: Bool = false) throws -> [String] {
    let parts = list.split(separator: ",", omittingEmptySubsequences: false).map { part in
        part.trimmingCharacters(in: .whitespaces)
    }
    guard !parts.contains("") else {
        throw ValidationError("\(option) takes words with commas between them, found '\(list)'")
    }
    for (index, part) in parts.enumerated() where !allowingRepeats && parts[..<index].contains(part) {
        throw ValidationError("\(option) has '\(part)' twice")
    }
    return parts
}
