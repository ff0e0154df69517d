#!/usr/bin/env python3
"""usage: Scripts/topologies.py [--machine M] FOLDER   every SCALE-Sim topology below FOLDER planned, beside a systolic array of like size.

For each file the same products in two machines: the compute cycles of a plan (what the MAC array is busy), and the closed
form of an output-stationary array of R x C elements, R C as many as the machine multiplies in a cycle: with Sr result
pixels, Sc filters and T products of a result

    folds = ceil(Sr / R) ceil(Sc / C)            cycles = folds (2 R + C + T - 2)

Both are split into the products over the array's size and named losses, so that a line says why they differ. A file
that needs more commands than a plan holds is planned row by row, rows of one shape once. Needs a release build."""
import argparse
import collections
import json
import math
import os
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
COLUMNS = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"


def ceil(a, b):
    return -(-a // b)


def rows(path):
    """height, width, filter height, filter width, channels, filters, stride of each row; or why not."""
    found, kind = [], None
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        text = file.read()
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("," if "," in text.splitlines()[0] else "\t")]
        cells = cells[:next((i for i, cell in enumerate(cells) if cell.startswith("#")), len(cells))]
        if not any(cells):
            continue
        if kind is None:
            kind = 3 if [cell.lower() for cell in cells[1:4]] == ["m", "n", "k"] else 7
            continue
        if not any(cells[1:]):
            continue
        try:
            values = [int(cell) for cell in cells[1:1 + kind]]
        except ValueError:
            return "a row without numbers: " + line.strip()[:50]
        if len(values) < kind:
            return "a row without a value: " + line.strip()[:50]
        if kind == 3:
            m, n, k = values
            values = [m, k, 1, k, 1, n, 1]
        found.append(tuple(values))
    return found


def closed_form(row, r, c):
    height, width, kernel_height, kernel_width, channels, filters, stride = row
    pixels = (ceil(height - kernel_height, stride) + 1) * (ceil(width - kernel_width, stride) + 1)
    depth = kernel_height * kernel_width * channels
    folds = ceil(pixels, r) * ceil(filters, c)
    ideal = pixels * filters * depth / (r * c)
    return {"ideal": ideal, "edges": folds * depth - ideal, "fill": folds * (2 * r + c - 2)}


def planned(path, machine):
    """The totals of a plan; or the diagnostic's code and what was found."""
    done = subprocess.run(
        [ROOT + "/intaglio", "plan", "--network", path, "--machine", machine, "--json", "--quiet"],
        capture_output=True, text=True)
    if done.returncode:
        code = re.search(r"[A-Z]+-[0-9]{3}", done.stderr)
        return code.group(0) if code else done.stderr.strip()[:80]
    totals = json.loads(done.stdout)["totals"]
    return {name: totals[name] for name in ("usefulMACs", "issuedMACs", "computeCycles", "simulatedCycles")}


def planned_by_rows(found, machine):
    """The sum of plans of single rows, those of one shape planned once."""
    total = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for row, times in collections.Counter(found).items():
            path = folder + "/row.csv"
            with open(path, "w") as file:
                file.write(COLUMNS + "row," + ",".join(map(str, row)) + ",\n")
            one = planned(path, machine)
            if isinstance(one, str):
                return one
            for name, value in one.items():
                total[name] += times * value
    return total


def line(name, path, machine, multipliers):
    found = rows(path)
    if isinstance(found, str):
        return [name, found]
    totals, way = planned(path, machine), ""
    if totals == "SCHEDULE-033":
        totals, way = planned_by_rows(found, machine), ", by rows"
    if isinstance(totals, str):
        return [name, totals]
    side = math.isqrt(multipliers)
    array = collections.Counter()
    for row in found:
        for part, cycles in closed_form(row, side, multipliers // side).items():
            array[part] += cycles
    systolic = sum(array.values())
    ideal, issued = totals["usefulMACs"] / multipliers, totals["issuedMACs"] / multipliers
    compute = totals["computeCycles"]
    figures = [len(found), ideal, issued - ideal, compute - issued, compute, totals["simulatedCycles"], array["edges"],
               array["fill"], systolic]
    note = "" if abs(array["ideal"] - ideal) < 0.5 else " (zeros filled in)"
    return [name + way + note] + [format(round(value), ",") for value in figures] + ["%.2f" % (compute / systolic)]


def main():
    given = argparse.ArgumentParser(usage=__doc__)
    given.add_argument("--machine", default="mid")
    given.add_argument("--multipliers", type=int, default=1024, help="of the machine")
    given.add_argument("folder")
    given = given.parse_args()
    paths = sorted(os.path.join(folder, name) for folder, _, names in os.walk(given.folder)
                   for name in names if name.endswith(".csv"))
    print("| file | rows | products / array | + idle lanes | + order | = compute | simulated | + edges | + fill, drain"
          " | = systolic | compute / systolic |\n|---|" + "---|" * 10)
    with ThreadPoolExecutor(2) as pool:
        lines = pool.map(lambda path: line(
            os.path.relpath(path, given.folder), path, given.machine, given.multipliers), paths)
        refused = []
        for cells in lines:
            if len(cells) == 2:
                refused.append(cells)
            else:
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    print("\nNot planned:\n")
    for name, why in refused:
        print("* %s: %s" % (name, why))


main()
