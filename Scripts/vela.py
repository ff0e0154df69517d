#!/usr/bin/env python3
"""usage: Scripts/vela.py [--vela VELA] --machine M MODEL   `plan` beside Arm's compiler Vela.

Needs a release build and the package ethos-u-vela (with numpy below 2); VELA is its program. Vela gets the Ethos-U85 of
as many multipliers, with the machine's clock, bus, latency, bursts and, as its memory, both data buffers. It prints its
own estimates; `plan` counts cycles of a machine whose RTL takes as many."""
import argparse
import csv
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
KINDS = {
    "Conv2D": "convolution", "DepthwiseConv2D": "depthwiseConvolution", "Mean": "mean", "Add": "add",
    "FullyConnected": "fullyConnected", "twoStageAdd": "add",
}


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr or done.stdout)
    return done.stdout


def configuration(machine):
    """Vela's system configuration: an AXI port has 16 bytes per cycle."""
    memory, port = machine["memory"], []
    for name, bytes_per_cycle, burst, latency, outstanding in (
            ("Sram", machine["activationBuffer"]["bytesPerCycle"], 64, 16, 8),
            ("Dram", memory["busBytes"], memory["burstBytes"], memory["read"]["latencyCycles"],
             memory["read"]["outstanding"])):
        scale = bytes_per_cycle / 16
        port += [f"{name}_clock_scale={min(scale, 1)}", f"{name}_ports_used={max(1, int(scale))}",
                 f"{name}_burst_length={burst}", f"{name}_read_latency={latency}", f"{name}_write_latency={latency}",
                 f"{name}_max_reads={outstanding}", f"{name}_max_writes={outstanding}"]
    lines = ["[System_Config.Machine]", f"core_clock={machine['clockMegahertz']}e6", "axi0_port=Sram",
             "axi1_port=Dram", *port, "[Memory_Mode.Machine]", "const_mem_area=Axi1", "arena_mem_area=Axi1",
             "cache_mem_area=Axi0"]
    return "\n".join(lines) + "\n"


def of_vela(program, model, machine, multipliers, folder):
    """The summary, and by kind of operator cycles and cycles of the multipliers."""
    with open(folder + "/machine.ini", "w") as file:
        file.write(configuration(machine))
    memory = machine["weightBuffer"]["bytes"] + machine["activationBuffer"]["bytes"]
    output(program, model, "--accelerator-config", f"ethos-u85-{multipliers}", "--config", folder + "/machine.ini",
           "--system-config", "Machine", "--memory-mode", "Machine", "--arena-cache-size", str(memory),
           "--output-dir", folder, "--verbose-performance")
    with open(glob.glob(folder + "/*summary*.csv")[0]) as file:
        summary = {key: float(value) for key, value in next(csv.DictReader(file)).items()
                   if re.fullmatch(r"[0-9.e+]+", value)}
    kinds = {}
    with open(glob.glob(folder + "/*per-layer.csv")[0]) as file:
        for row in csv.DictReader(file):
            kind = kinds.setdefault(KINDS.get(row["Original Operator"].strip(), "other"), [0, 0, 0])
            for index, column in enumerate(("Op Cycles", "NPU", "MAC Count")):
                kind[index] += int(float(row[column]))
    return summary, kinds


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument("--vela", default="vela")
    options.add_argument("--machine", required=True)
    options.add_argument("model")
    given = options.parse_args()
    program = os.environ.get("INTAGLIO", ROOT + "/intaglio")
    with tempfile.TemporaryDirectory() as folder:
        plan = json.loads(output(
            program, "plan", "--network", given.model, "--machine", given.machine, "--json", "--quiet"))
        array = plan["machine"]["macArray"]
        multipliers = array["inputChannelLanes"] * array["outputChannelLanes"] * array["pixelLanes"]
        vela, vela_kinds = of_vela(given.vela, given.model, plan["machine"], multipliers, folder)
    totals, kinds = plan["totals"], {}
    cause = totals["dramByCause"]
    for layer in plan["layers"]:
        # An average is a depthwise layer with one result for each channel.
        is_mean = layer["operator"] == "depthwiseConvolution" and layer["outputShape"].startswith("1x1x")
        kind = kinds.setdefault("mean" if is_mean else KINDS.get(layer["operator"], layer["operator"]), [0, 0, 0])
        for index, field in enumerate(("simulatedCycles", "computeCycles", "usefulMACs")):
            kind[index] += layer[field]
    read = cause["input"] + cause["inputAgain"]
    rows = [
        ("MACs", totals["usefulMACs"], vela["nn_macs"]),
        ("cycles", totals["simulatedCycles"], vela["cycles_total"]),
        ("cycles of the multipliers alone", totals["computeCycles"], vela["cycles_npu"]),
        ("DRAM bytes", totals["dramBytes"], vela["dram_total_bytes"]),
        ("- activations read", read, vela["dram_feature_map_read_bytes"]),
        ("- activations written", cause["output"] + cause["partialSums"], vela["dram_feature_map_write_bytes"]),
        ("- weights and parameters read", cause["weights"] + cause["parameters"], vela["dram_weight_read_bytes"]),
        ("weight codes", totals["weightBytes"], vela["total_original_weights"]),
        ("weights and parameters stored", totals["parameterBytes"], vela["total_npu_encoded_weights"]),
        ("buffers, peak", totals["sramPeakBytes"], vela["sram_memory_used"] * 1024),
    ]
    print(f"| {plan['network']['name']} | {given.machine} | ethos-u85-{multipliers} | ratio |\n|---|---|---|---|")
    for name, ours, theirs in rows:
        print(f"| {name} | {ours:,} | {int(theirs):,} | {f'{ours / theirs:.2f}' if theirs else '-'} |")
    print("\n| operator | MACs | cycles | its multipliers | Vela: cycles | its multipliers |\n|---|---|---|---|---|---|")
    for kind in sorted(set(kinds) | set(vela_kinds)):
        ours, theirs = kinds.get(kind, [0] * 3), vela_kinds.get(kind, [0] * 3)
        print(f"| {kind} | {ours[2]:,} | {ours[0]:,} | {ours[1]:,} | {theirs[0]:,} | {theirs[1]:,} |")


main()
