import Foundation
import Testing

/// Runs the start script in a copy of the repository's outline, in a folder with spaces in its name, with stand-ins for
/// the toolchain and the package tools on the PATH.
@Suite struct StartScriptTests {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// A folder with the scripts, one source file and the stand-ins. The stand-in compiler writes a tool that echoes
    /// the source, its folder and its arguments.
    final class Outline {
        let root: URL
        let programs: URL

        init() throws {
            root = FileManager.default.temporaryDirectory.appendingPathComponent("start script \(UUID().uuidString)")
            programs = root.appendingPathComponent("programs of this test")
            for folder in [
                programs, root.appendingPathComponent("Sources/Tool"), root.appendingPathComponent("Scripts"),
                root.appendingPathComponent("elsewhere"),
            ] {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            }
            for file in ["intaglio", "Scripts/setup.bash"] {
                try FileManager.default.copyItem(
                    at: Repository.root.appendingPathComponent(file), to: root.appendingPathComponent(file))
            }
            try write("Package.swift", "package")
            try write("Sources/Tool/a.swift", "first")
            try program(
                "swift",
                """
                if [ "$1" = --version ]; then echo 'Swift version 6.3.1'; exit 0; fi
                echo build >>"$ROOT/builds"
                echo 'talk of the compiler'
                grep -q broken "$ROOT/Sources/Tool/a.swift" && exit 1
                grep -q killed "$ROOT/Sources/Tool/a.swift" && kill -9 $$
                sleep 0.3
                mkdir -p "$ROOT/.build/release"
                source=$(cat "$ROOT"/Sources/Tool/*.swift | tr '\\n' ' ')
                printf '#!/bin/sh\\necho "%s"; pwd; for a; do echo "[$a]"; done\\nreadlink /proc/$$/fd/* | grep \
                intaglio.lock\\nexit 0\\n' "$source" >"$ROOT/.build/release/intaglio"
                chmod +x "$ROOT/.build/release/intaglio"
                """)
            try program("pkg-config", "[ \"$2\" != \"$ABSENT\" ]")
            try program("dpkg-query", "exit 1")
            try program("git", "exit 0")
            try program("id", "echo \"${USER_ID:-1000}\"")
            try program("sudo", "exit 1")
            try program(
                "apt-get",
                """
                echo \"$*\" >>\"$ROOT/installs\"; readlink /proc/$$/fd/* | grep intaglio.lock >>\"$ROOT/installs\"; \
                exit 0
                """
            )
        }

        deinit { try? FileManager.default.removeItem(at: root) }

        func write(_ path: String, _ text: String) throws {
            try text.write(to: root.appendingPathComponent(path), atomically: true, encoding: .utf8)
        }

        func lines(_ path: String) -> [String] {
            ((try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? "").split(separator: "\n")
                .map(String.init)
        }

        private func program(_ name: String, _ body: String) throws {
            let url = programs.appendingPathComponent(name)
            try "#!/bin/bash\n\(body)\n".write(to: url, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
        }

        /// A folder with the stand-ins and the system's commands that the script needs, but one.
        func programs(without absent: String) throws -> String {
            let folder = root.appendingPathComponent("without \(absent)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for command in [
                "bash", "sh", "env", "cat", "sleep", "mkdir", "chmod", "grep", "tr", "sort", "find", "flock", "rm",
                "mv", "readlink",
            ] where command != absent {
                let place = try #require(
                    ["/usr/bin/", "/bin/"].first { FileManager.default.isExecutableFile(atPath: $0 + command) },
                    "no \(command) here")
                try FileManager.default.createSymbolicLink(
                    atPath: folder.path + "/" + command, withDestinationPath: place + command)
            }
            return programs.path + ":" + folder.path
        }

        func start(
            _ arguments: [String] = [], absent: String = "", userID: Int = 1000, path: String? = nil,
            redirection: String = ""
        ) throws -> Process {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments =
                ["-c", "exec \"$0\" \"$@\" \(redirection)", root.appendingPathComponent("intaglio").path] + arguments
            process.currentDirectoryURL = root.appendingPathComponent("elsewhere")
            process.environment = [
                "PATH": path ?? programs.path + ":/usr/bin:/bin", "ROOT": root.path, "ABSENT": absent,
                "USER_ID": String(userID),
            ]
            process.standardOutput = Pipe()
            process.standardError = Pipe()
            try process.run()
            return process
        }

        func outcome(of process: Process) -> Outcome {
            let output = (process.standardOutput as! Pipe).fileHandleForReading.readDataToEndOfFile()
            let errors = (process.standardError as! Pipe).fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return Outcome(
                status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
                errors: String(decoding: errors, as: UTF8.self))
        }

        func run(
            _ arguments: [String] = [], absent: String = "", userID: Int = 1000, path: String? = nil,
            redirection: String = ""
        ) throws -> Outcome {
            outcome(of: try start(arguments, absent: absent, userID: userID, path: path, redirection: redirection))
        }
    }

    @Test(
        "The first call builds, runs in the caller's folder, passes arguments unchanged; the compiler talks on stderr"
    )
    func firstCall() throws {
        let outline = try Outline()
        let outcome = try outline.run(["a b", "", "*"])
        #expect(outcome.status == 0)
        #expect(outcome.output == "first\n\(outline.root.path)/elsewhere\n[a b]\n[]\n[*]\n")
        #expect(outcome.errors.contains("talk of the compiler"))
    }

    @Test("A build follows a change, an addition, a removal and an older file, and nothing else")
    func rebuilds() throws {
        let outline = try Outline()
        func builds() throws -> Int {
            #expect(try outline.run().status == 0)
            return outline.lines("builds").count
        }
        #expect(try builds() == 1)
        #expect(try builds() == 1)
        try outline.write("Sources/Tool/a.swift", "second")
        #expect(try builds() == 2)
        try outline.write("Sources/Tool/b.swift", "third")
        #expect(try builds() == 3)
        try FileManager.default.removeItem(at: outline.root.appendingPathComponent("Sources/Tool/b.swift"))
        #expect(try builds() == 4)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000)],
            ofItemAtPath: outline.root.appendingPathComponent("Package.swift").path)
        #expect(try builds() == 5)
        try outline.write("elsewhere/README.md", "no source")
        #expect(try builds() == 5)
    }

    @Test("Concurrent first calls build once and all succeed")
    func concurrent() throws {
        let outline = try Outline()
        let processes = try (0..<4).map { try outline.start([String($0)]) }
        for (index, process) in processes.enumerated() {
            let outcome = outline.outcome(of: process)
            #expect(outcome.status == 0 && outcome.output.hasSuffix("[\(index)]\n"), "\(outcome)")
        }
        #expect(outline.lines("builds").count == 1)
    }

    @Test("A failed build says so, exits 3 and is tried again")
    func failedBuild() throws {
        let outline = try Outline()
        try outline.write("Sources/Tool/a.swift", "broken")
        let outcome = try outline.run()
        #expect(outcome.status == 3 && outcome.output.isEmpty && outcome.errors.contains("error: the build failed"))
        #expect(try outline.run().status == 3)
        try outline.write("Sources/Tool/a.swift", "mended")
        #expect(try outline.run().output.hasPrefix("mended"))
    }

    @Test("A missing package is installed by root; anyone else is told the line to type, with exit code 2")
    func missingPackage() throws {
        let outline = try Outline()
        let refused = try outline.run(absent: "libpng", userID: 1000)
        #expect(refused.status == 2 && refused.output.isEmpty)
        #expect(refused.errors.contains("sudo apt-get update && sudo apt-get install -y libpng-dev\n"))
        #expect(outline.lines("installs") == [])
        #expect(try outline.run(absent: "libpng", userID: 0).status == 0)
        #expect(
            outline.lines("installs") == [
                "-o DPkg::Lock::Timeout=600 update -qq",
                "-o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends libpng-dev",
            ])
    }

    @Test(
        "A missing command of the script's own is named, with exit code 2",
        arguments: [("flock", "util-linux"), ("find", "findutils"), ("sort", "coreutils"), ("mkdir", "coreutils")])
    func missingCommand(_ command: String, _ package: String) throws {
        let outline = try Outline()
        let outcome = try outline.run(path: outline.programs(without: command))
        #expect(
            outcome.status == 2 && outcome.output.isEmpty
                && outcome.errors.contains("the command \(command) is missing") && outcome.errors.contains(package),
            "\(outcome)")
        #expect(try outline.run(path: outline.programs(without: "nothing")).status == 0)
    }

    @Test("A place that cannot be written to: exit code 2; a build that was killed: 3, and tried again")
    func unwritable() throws {
        let outline = try Outline()
        try outline.write(".build", "a file in the folder's place")
        let outcome = try outline.run()
        #expect(
            outcome.status == 2 && outcome.output.isEmpty && outcome.errors.contains("cannot be written to"),
            "\(outcome)")
        try FileManager.default.removeItem(at: outline.root.appendingPathComponent(".build"))
        try outline.write("Sources/Tool/a.swift", "killed")
        let killed = try outline.run()
        #expect(killed.status == 3 && killed.errors.contains("ended by signal 9"), "\(killed)")
        try outline.write("Sources/Tool/a.swift", "mended")
        #expect(try outline.run().output.hasPrefix("mended"))
    }

    @Test("A closed standard error changes nothing")
    func closedStandardError() throws {
        let outline = try Outline()
        let outcome = try outline.run(["a"], redirection: "2>&-")
        #expect(
            outcome.status == 0 && outcome.output.hasSuffix("[a]\n") && outline.lines("builds").count == 1, "\(outcome)"
        )
        #expect(try outline.run(absent: "", redirection: "2>&-").status == 0)
    }

    @Test("A link to the script starts it")
    func link() throws {
        let outline = try Outline()
        try FileManager.default.createSymbolicLink(
            atPath: outline.root.path + "/elsewhere/link", withDestinationPath: "../intaglio")
        let process = Process()
        process.executableURL = outline.root.appendingPathComponent("elsewhere/link")
        process.environment = ["PATH": outline.programs.path + ":/usr/bin:/bin", "ROOT": outline.root.path]
        (process.standardOutput, process.standardError) = (Pipe(), Pipe())
        try process.run()
        #expect(outline.outcome(of: process).status == 0)
    }
}
