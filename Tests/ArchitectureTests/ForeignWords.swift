/// Words of comments and pages that are no names of this repository's code, each with its reason. A word that nothing
/// says any more has to go.
enum ForeignWords {
    static let reasons: [String: String] = [
        "AVX-512": "instructions, in the form of an error code",
        "CYaml": "a module inside Yams",
        "PchipInterpolator": "a class of SciPy",
        "Process": "a class of Foundation",
        "SHA-256": "a digest, in the form of an error code",
        "VerilatedVpi": "a class of Verilator",
        "clearEvalNeeded": "a function of Verilator",
        "doInertialPuts": "a function of Verilator",
        "evalNeeded": "a function of Verilator",
        "int16": "a type of NumPy",
        "libintaglio_golden.so": "the linker's name of the product intaglio_golden",
        "mpz_t": "a type of GMP",
        "nil": "a word of Swift",
        "nohup": "a program of coreutils",
        "polyfit": "a function of NumPy",
        "precondition": "a function of Swift",
        "preconditionFailure": "a function of Swift",
        "ssim_multiscale": "a function of TensorFlow",
        "sv_lib": "an option of SystemVerilog simulators",
        "tf": "the module of TensorFlow",
        "timeout": "a program of coreutils",
        "uint8": "a type of NumPy",
        "ulimit": "a command of the shell",
        "verilator.cpp": "a file of cocotb",
    ]
}
