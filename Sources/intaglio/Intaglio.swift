import ArgumentParser

@main
struct Intaglio: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "intaglio", abstract: "A bit-accurate simulator of a fixed-point neural accelerator for learned image compression.")
}
