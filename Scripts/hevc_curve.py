#!/usr/bin/env python3
"""A rate-distortion curve of HEVC intra 4:4:4 (x265) for `intaglio evaluate --against`.

Needs ffmpeg, x265 and the built intaglio (for PSNR and MS-SSIM, so that both curves come from the same metrics). Rates are those of the .hevc files.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

TO_YUV = "scale=out_color_matrix=bt709:out_range=full:flags=accurate_rnd+full_chroma_int+full_chroma_inp,format=yuv444p"
TO_RGB = "scale=in_color_matrix=bt709:in_range=full:flags=accurate_rnd+full_chroma_int+full_chroma_inp,format=rgb24"


def call(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout


def size(picture: pathlib.Path) -> tuple[int, int]:
    header = picture.read_bytes()[16:24]
    return int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")


def measure(picture: pathlib.Path, qp: int, preset: str, intaglio: str, folder: pathlib.Path) -> dict:
    width, height = size(picture)
    raw, stream, decoded, back = (str(folder / name) for name in ("in.yuv", "o.hevc", "o.yuv", "o.png"))
    quiet = ("ffmpeg", "-y", "-loglevel", "error")
    call(*quiet, "-i", str(picture), "-vf", TO_YUV, "-f", "rawvideo", raw)
    call("x265", "--input", raw, "--input-res", f"{width}x{height}", "--input-csp", "i444", "--fps", "1", "--frames", "1", "--profile", "main444-stillpicture",
         "--preset", preset, "--tune", "psnr", "--qp", str(qp), "--ipratio", "1", "--keyint", "1", "--no-info", "--range", "full", "--colormatrix", "bt709",
         "--pools", "1", "-o", stream)
    call(*quiet, "-i", stream, "-f", "rawvideo", "-pix_fmt", "yuv444p", decoded)
    call(*quiet, "-f", "rawvideo", "-pix_fmt", "yuv444p", "-s", f"{width}x{height}", "-i", decoded, "-vf", TO_RGB, "-frames:v", "1", back)
    quality = json.loads(call(intaglio, "compare", back, str(picture), "--json"))
    return {"bits": 8 * pathlib.Path(stream).stat().st_size / (width * height), **quality}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=pathlib.Path, help="folder of PNG pictures")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, help="the JSON file to write")
    parser.add_argument("--qp", default="27,30,33,36,39,42", help="quantization parameters, with commas")
    parser.add_argument("--preset", default="veryslow")
    parser.add_argument("--intaglio", default=str(pathlib.Path(__file__).resolve().parent.parent / ".build/release/intaglio"))
    options = parser.parse_args()
    pictures = sorted(options.pictures.rglob("*.png"))
    points = []
    with tempfile.TemporaryDirectory() as folder:
        for qp in (int(word) for word in options.qp.split(",")):
            rows = [measure(picture, qp, options.preset, options.intaglio, pathlib.Path(folder)) for picture in pictures]
            similarity = [row["msSSIM"] for row in rows if "msSSIM" in row]
            point = {"bitsPerPixel": sum(row["bits"] for row in rows) / len(rows), "psnr": sum(row["psnr"] for row in rows) / len(rows)}
            if len(similarity) == len(rows):
                point["msSSIM"] = sum(similarity) / len(rows)
            points.append(point)
            print(f"qp {qp}: {point}", flush=True)
    points.sort(key=lambda point: point["bitsPerPixel"])
    options.output.write_text(json.dumps({"curves": [{"name": "HEVC intra 4:4:4 (x265)", "points": points}]}, indent=2) + "\n")


if __name__ == "__main__":
    main()
