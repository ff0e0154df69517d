#!/usr/bin/env bash
# The tables of docs/results about the bundled networks, from the Kodak pictures: one command, two or three hours on two cores.
# Usage: Scripts/results.bash KODAK PHOTOS OUT [TABLE...]
#   KODAK   folder of the 24 Kodak pictures;  PHOTOS  folder of calibration photographs;  OUT  folder for OUT/TABLE.txt
#   TABLE   curves-NETWORK, s1-NETWORK, s2-NETWORK, s2-noise-NETWORK, coding-NETWORK, hevc; NETWORK is mse or ms-ssim. Without one all but s2-noise-ms-ssim.
# A table that OUT already holds is not made again, so an interrupted run goes on. What it needs beside the tool:
#   PUBLISHED  file of published rate-distortion points (curves without it have no BPG and JPEG rows)
#   PYTHON     a Python with Training/'s packages (s2 is left out without it);  ffmpeg and x265 (hevc is left out without them)
set -eu
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
[ $# -ge 3 ] || { sed -n '2,8s/^# //p' "$0" >&2; exit 2; }
kodak=$(readlink -f -- "$1") photos=$(readlink -f -- "$2")
mkdir -p -- "$3"
out=$(readlink -f -- "$3")
shift 3
for folder in "$kodak" "$photos"; do [ -d "$folder" ] || { echo "error: no folder '$folder'" >&2; exit 2; }; done
tool=${INTAGLIO:-$root/intaglio}

# make TABLE COMMAND...: prints what the command prints and keeps it with the command's line.
make() {
    local file="$out/$1.txt"
    shift
    if [ ! -e "$file" ]; then
        printf '    %s\n\n' "$(sed -e "s#$tool#intaglio#g; s#$root/##g; s#$kodak#KODAK#g; s#$photos#PHOTOS#g; s#$out/##g" <<<"$*")" >"$file.unfinished"
        "$@" >>"$file.unfinished"
        mv -- "$file.unfinished" "$file"
    fi
    printf '\n%s\n' "$(basename -- "$file" .txt)"
    cat -- "$file"
}

hevc() {
    command -v ffmpeg >/dev/null && command -v x265 >/dev/null || { echo "hevc: left out, ffmpeg or x265 is missing" >&2; return 0; }
    make hevc "$root/Scripts/hevc_curve.py" "$kodak" --qp 27,31,35,39,43 --intaglio "$tool" -o "$out/hevc.json"
}

# What 8 bits cost, against the float network; every quantizer; the curves of other codecs.
curves() {
    local name="mbt2018-mean-$1" against=()
    [ -z "${PUBLISHED:-}" ] || against=(--against "$PUBLISHED:bpg_444_x265_ycbcr" --against "$PUBLISHED:jpeg")
    hevc
    [ ! -e "$out/hevc.json" ] || against+=(--against "$out/hevc.json")
    make "curves-$1" "$tool" evaluate "$kodak" --network "$name" --machine small --float "${against[@]}" -o "$out/curves-$1"
}

s1() { make "s1-$1" "$tool" study codec --network "mbt2018-mean-$1" --calibration "$photos" --images "$kodak" --measured 8; }

coding() {
    make "coding-$1" "$tool" study coding --network "mbt2018-mean-$1" --rate 3 --calibration "$photos" --images "$kodak" --measured 8 --pictures 8 --levels 8 --sparsities 0.2,0.3,0.5
}

# training COMMAND...: of the package in Training/.
training() { PYTHONPATH="$root/Training" "$PYTHON" -m intaglio_training "$@"; }

# unpacked NETWORK: the float weights that the bundled network starts from, as OUT/float-NETWORK.safetensors.
unpacked() {
    local network="$root/Sources/CBundledNetworks/networks/mbt2018-mean-$1.safetensors"
    [ -e "$out/float-$1.safetensors" ] || training unpack --network "$network" --loss "$1" -o "$out/float-$1.safetensors"
}

have_training() { [ -n "${PYTHON:-}" ] || { echo "$1: left out, PYTHON names no Python with the packages of Training/" >&2; return 1; }; }

# study_decoder TABLE FLOAT OPTION...
study_decoder() {
    local table="$1" weights="$2"
    shift 2
    export PYTHONPATH="$root/Training" OMP_NUM_THREADS=2
    make "$table" "$PYTHON" -m intaglio_training study-decoder --intaglio "$tool" --weights "$weights" --photos "$photos" --images "$kodak" --work "$out/$table" \
        --optimizer soap --batch 8 --photographs 1000 --pictures 12 --threads 2 --lambda-factor 3 --quantize-options "--machine small --activations table" "$@"
}

s2() {
    have_training s2 || return 0
    unpacked "$1"
    study_decoder "s2-$1" "$out/float-$1.safetensors" --steps 600 --learning-rate 3e-5
}

# The same network, trained on with noise in front of its syntheses (half an hour on one core), and then S2's second stage.
s2_noise() {
    have_training s2-noise || return 0
    unpacked "$1"
    local weights="$out/noise-$1.safetensors" run="$out/noise-$1" start=(--initial "$out/float-$1.safetensors" --loss "$1" --optimizer soap --surrogate noise --seed 21)
    [ ! -e "$run/checkpoint.pt" ] || start=(--resume)
    if [ ! -e "$weights" ]; then
        # An interrupted run leaves a checkpoint and an exit code that ends this script.
        OMP_NUM_THREADS=1 training train --photos "$photos" --run "$run" "${start[@]}" --steps 6000 --decay-steps 4000 --warmup-steps 200 \
            --learning-rate 4e-4 --final-learning-rate 1e-5 --crop 192 --batch 8 --precision bfloat16 >&2
        training export --run "$run" -o "$weights"
    fi
    study_decoder "s2-noise-$1" "$weights" --steps 1500 --learning-rate 1e-4 --weighting relative --mirrored
}

[ $# -gt 0 ] || set -- hevc curves-mse curves-ms-ssim s1-mse s1-ms-ssim coding-mse s2-mse s2-ms-ssim s2-noise-mse
for table in "$@"; do
    case $table in
    hevc) hevc ;;
    s2-noise-mse | s2-noise-ms-ssim) s2_noise "${table##s2-noise-}" ;;
    curves-mse | curves-ms-ssim | s1-mse | s1-ms-ssim | s2-mse | s2-ms-ssim | coding-mse | coding-ms-ssim) "${table%%-*}" "${table#*-}" ;;
    *) echo "error: no table is called '$table'" >&2; exit 2 ;;
    esac
done
