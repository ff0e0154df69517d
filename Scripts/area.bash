#!/usr/bin/env bash
# Areas of the datapath's units by yosys, one lane each, for the built-in machines: docs/area.md has what it prints.
# Usage: Scripts/area.bash [MACHINE...]
# Cells are generic gates; a gate equivalent is a quarter of the transistors that yosys estimates (a NAND has four). Memories stand outside the lanes.
set -eu
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
folder="$root/Sources/RTL/SystemVerilog"
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
command -v yosys >/dev/null || { echo "error: yosys is not installed" >&2; exit 2; }

# Prints `flip-flops cells gate-equivalents` of module $1 with the parameter setting $2.
measure() {
    local key="$work/$1.${2// /_}"
    if [ ! -f "$key" ]; then
        yosys -q -p "
            read_verilog -sv $folder/intaglio_*step.sv $folder/intaglio_*digits.sv $folder/intaglio_*_lane.sv
            ${2:+chparam -set $2 $1}
            synth -flatten -top $1
            dfflegalize -cell \$_DFF_P_ x
            opt_clean -purge
            tee -q -o $work/stat stat -tech cmos" >/dev/null 2>"$work/errors" || { cat "$work/errors" >&2; exit 2; }
        awk '
            /\$_DFF_P_/ { registers = $2 }
            /Number of cells:/ { cells = $4 }
            /Estimated number of transistors:/ { transistors = $5 }
            END { sub(/\+$/, "", transistors); printf "%d %d %d\n", registers, cells, transistors / 4 + 0.5 }' "$work/stat" >"$key"
    fi
    cat "$key"
}

field() { awk -v section="$2:" -v name="  $3:" '$1 == section { inside = 1; next } /^[^ ]/ { inside = 0 } inside && index($0, name) == 1 { print $2 }' <<<"$1"; }

row() { printf '| %s | %s | %s | %s | %s | %s |\n' "$@"; }

for machine in "${@:-small mid large}"; do
    for name in $machine; do
        text=$("${INTAGLIO:-$root/intaglio}" machines "$name")
        books=$(field "$text" codebookMux codebooks)
        printf '\n### %s\n\n' "$name"
        row unit lanes flip-flops cells 'gate equivalents a lane' 'memory bits outside'
        row --- --- --- --- --- ---
        measure_row() {
            read -r registers cells gates <<<"$(measure "$2" "$4")"
            row "$1" "$3" "$registers" "$cells" "$gates" "$5"
        }
        measure_row 'decoder' intaglio_decode_lane "$(field "$text" macArray inputChannelLanes) x $(field "$text" macArray pixelLanes)" "" "$((books * 256 * 16)) entries"
        measure_row 'encoder' intaglio_encode_lane "$(field "$text" codebookMux encodeLanes)" "" "$((books * 255 * 32)) thresholds, 2048 code map"
        measure_row 'post-processor' intaglio_post_processor_lane "$(field "$text" postProcessor lanes)" \
            "ACCUMULATOR_BITS $(field "$text" macArray accumulatorBits)" 0
        measure_row 'normalization' intaglio_normalization_lane "$(field "$text" normalization lanes)" "LATENCY $(field "$text" normalization latencyCycles)" 0
        # The derived table: 64 segments of 17 and 12 bits.
        measure_row 'normalization by table' intaglio_table_normalization_lane "$(field "$text" normalization lanes)" "LATENCY 8" "$((64 * (17 + 12))) segments"
        measure_row 'linear int8, both ways' intaglio_linear_codec_lane - "" 0
    done
done
