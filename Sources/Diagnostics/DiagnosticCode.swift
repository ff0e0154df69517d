/// The stable codes of all diagnostics, by area. A number is never reused.
///
/// `docs/diagnostics.md` has a line for each, and a test compares the two lists.
public enum DiagnosticCode: String, CaseIterable, Codable, Sendable {
    // IMAGE: pictures read and written
    case imageMissing = "IMAGE-001"
    case imageEmpty = "IMAGE-002"
    case imageNotPNG = "IMAGE-003"
    case imageTruncated = "IMAGE-004"
    case imageTooLarge = "IMAGE-005"
    case imageUnreadable = "IMAGE-006"
    case imageShapeMismatch = "IMAGE-007"

    // OUTPUT: files written
    case outputUnwritable = "OUTPUT-001"
    case outputDeviceFull = "OUTPUT-002"

    // MEMORY: what inputs ask for
    case memoryBudgetExceeded = "MEMORY-001"
    case memoryRefused = "MEMORY-002"

    // MACHINE: machine files
    case machineMissing = "MACHINE-001"
    case machineUnreadable = "MACHINE-002"
    case machineNotYAML = "MACHINE-003"
    case machineUnknownKey = "MACHINE-004"
    case machineMissingField = "MACHINE-005"
    case machineWrongType = "MACHINE-006"
    case machineValueOutOfRange = "MACHINE-007"
    case machineInconsistent = "MACHINE-008"
    case machineNotBuiltYet = "MACHINE-009"
    case machineDuplicateKey = "MACHINE-010"

    // GRAPH: layers, shapes
    case graphUnknownTensor = "GRAPH-001"
    case graphShapeMismatch = "GRAPH-002"
    case graphUnsupportedOperator = "GRAPH-003"
    case graphDuplicateName = "GRAPH-004"
    case graphAttributeOutOfRange = "GRAPH-005"
    case graphTooLarge = "GRAPH-006"
    case graphIncomplete = "GRAPH-007"
    case graphPictureUnfit = "GRAPH-008"

    // QUANTIZATION: codebooks and weight laws
    case codebookNotIncreasing = "QUANTIZATION-001"
    case codebookSizeOutOfRange = "QUANTIZATION-002"
    case codebookValueTooWide = "QUANTIZATION-003"
    case codebookSelectOutOfRange = "QUANTIZATION-004"
    case lawUnknown = "QUANTIZATION-005"
    case groupingNotExecutable = "QUANTIZATION-006"
    case lawParameterOutOfRange = "QUANTIZATION-007"
    case activationUnquantizable = "QUANTIZATION-008"
    case concatenationUnquantizable = "QUANTIZATION-009"

    // REFERENCE: a quantized network that the reference model refuses to run
    case referenceOverflowRule = "REFERENCE-001"
    case referenceAccumulatorTooNarrow = "REFERENCE-002"
    case referenceParametersUnfit = "REFERENCE-003"
    case referenceRoundingNotAdmitted = "REFERENCE-004"
    case referenceFormatsDisagree = "REFERENCE-005"
    case referenceElementOutOfRange = "REFERENCE-006"
    case referenceShiftedAccumulatorTooWide = "REFERENCE-007"

    // LAYERCASE: single int8 layers with expected outputs
    case layerCaseMissing = "LAYERCASE-001"
    case layerCaseCorrupt = "LAYERCASE-002"
    case layerCaseArithmeticUnknown = "LAYERCASE-003"
    case layerCaseKindUnknown = "LAYERCASE-004"

    // NETWORK: network files
    case networkFileMissing = "NETWORK-001"
    case networkFileTruncated = "NETWORK-002"
    case networkFileTooLarge = "NETWORK-003"
    case networkHeaderTooLarge = "NETWORK-004"
    case networkHeaderMalformed = "NETWORK-005"
    case networkTensorOffsets = "NETWORK-006"
    case networkTrailingBytes = "NETWORK-007"
    case networkUnknownElementType = "NETWORK-008"
    case networkNotFinite = "NETWORK-009"
    case networkSchemaUnknown = "NETWORK-010"
    case networkFieldInvalid = "NETWORK-011"
    case networkTensorMissing = "NETWORK-012"
    case networkTensorMismatch = "NETWORK-013"
    case networkTensorUnused = "NETWORK-014"
    case networkValueOutOfRange = "NETWORK-015"
    case networkUnknownName = "NETWORK-016"
    case networkSumTooWide = "NETWORK-017"
    case networkNormalizationTooWide = "NETWORK-018"
    case networkRequantizationTooWide = "NETWORK-019"
    case networkReferenceUnfit = "NETWORK-020"
    case networkCodeMapUnfit = "NETWORK-025"

    // WEIGHTS: dead zones, coded weights and their statistics
    case weightCodeInvalid = "WEIGHTS-001"
    case codedWeightsDamaged = "WEIGHTS-002"
    case weightStatisticsMismatch = "WEIGHTS-003"
    case sparsityOutOfReach = "WEIGHTS-004"

    // IMPORT: networks of other formats
    case importArchitectureUnknown = "IMPORT-001"
    case importFileMissing = "IMPORT-002"
    case importFileWrongSize = "IMPORT-003"
    case importTensorMismatch = "IMPORT-004"

    // SCHEDULE: schedules read, verified and searched
    case scheduleSyntax = "SCHEDULE-001"
    case scheduleUnknownKey = "SCHEDULE-002"
    case scheduleMissingKey = "SCHEDULE-003"
    case scheduleWrongValue = "SCHEDULE-004"
    case scheduleUnknownWord = "SCHEDULE-005"
    case scheduleFusionUnsupported = "SCHEDULE-006"
    case scheduleDuplicateName = "SCHEDULE-007"
    case scheduleMissingLayer = "SCHEDULE-008"
    case scheduleUnknownLayer = "SCHEDULE-009"
    case scheduleForAnotherRun = "SCHEDULE-010"
    case scheduleTileOutOfRange = "SCHEDULE-011"
    case scheduleTileNotAligned = "SCHEDULE-012"
    case scheduleChannelsNotWhole = "SCHEDULE-013"
    case scheduleWeightBufferOverflow = "SCHEDULE-014"
    case scheduleActivationBufferOverflow = "SCHEDULE-015"
    case scheduleAccumulatorBufferOverflow = "SCHEDULE-016"
    case scheduleParameterMemoryOverflow = "SCHEDULE-017"
    case scheduleRegionsOverlap = "SCHEDULE-018"
    case scheduleBufferHalves = "SCHEDULE-019"
    case scheduleAddressMisaligned = "SCHEDULE-020"
    case machineWidthExceeded = "SCHEDULE-021"
    case machineCodebooksExceeded = "SCHEDULE-022"
    case machineNotProgrammable = "SCHEDULE-023"
    case machineNormalizationUnsupported = "SCHEDULE-024"
    case layerFormatNotExecutable = "SCHEDULE-025"
    case layerParametersMismatch = "SCHEDULE-026"
    case scheduleNotFound = "SCHEDULE-027"
    case faultUnknown = "SCHEDULE-028"
    case overflowRuleUnsupported = "SCHEDULE-029"
    case layerChannelsExceeded = "SCHEDULE-032"
    case scheduleTooLong = "SCHEDULE-033"

    // RUN: running, verifying and explaining a network
    case networkUnknown = "RUN-001"
    case networkNotQuantized = "RUN-002"
    case networkHasNoFloat = "RUN-003"
    case networkHasNoPicture = "RUN-004"
    case explainOutside = "RUN-005"
    case explainOperator = "RUN-006"
    case layerUnknown = "RUN-007"
    case faultMalformed = "RUN-008"
    case faultUnknownPlace = "RUN-009"
    case rateOutOfRange = "RUN-010"
    case scheduleSizeMismatch = "RUN-011"
    case calibrationFolderEmpty = "RUN-012"
    case scheduleUnreadable = "RUN-013"
    case floatLibraryMissing = "RUN-014"
    case cropOutside = "RUN-015"
    case floatNotFinite = "RUN-016"
    case pictureSampleHasNoCode = "RUN-017"
    case networkGivesNoPicture = "RUN-018"
    case folderUnreadable = "RUN-020"
    case calibrationPictureTooSmall = "RUN-021"

    // CODEC: entropy tables, quantizers, the codec of a network, rate-distortion curves
    case codecMissing = "CODEC-001"
    case codecNetworkUnfit = "CODEC-002"
    case codecTablesInvalid = "CODEC-003"
    case codecPriorMissing = "CODEC-004"
    case trellisTableInvalid = "CODEC-005"
    case codecStepOutOfRange = "CODEC-006"
    case curveFileInvalid = "CODEC-007"
    case curvesDoNotOverlap = "CODEC-008"

    // STREAM: coded pictures
    case streamMissing = "STREAM-001"
    case streamNotOne = "STREAM-002"
    case streamVersionUnknown = "STREAM-003"
    case streamTruncated = "STREAM-004"
    case streamHeaderInvalid = "STREAM-005"
    case streamOfAnotherNetwork = "STREAM-006"
    case streamChecksumMismatch = "STREAM-007"
    case streamPayloadInvalid = "STREAM-008"
    case streamSectionTooLong = "STREAM-009"

    // VECTORS: stimulus and expected response of units
    case vectorsSimulatorMissing = "VECTORS-001"
    case vectorsSimulatorFailed = "VECTORS-002"
    case vectorsUnitNotBuilt = "VECTORS-003"
    case vectorsCountOutOfRange = "VECTORS-004"

    // RTL: building and running the machine in a hardware simulator
    case simulatorMissing = "RTL-001"
    case simulatorBuildFailed = "RTL-002"
    case simulationFailed = "RTL-003"
    case machineNotInRTL = "RTL-004"
}
