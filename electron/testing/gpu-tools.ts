/** What the tools that speak for GPUs print, after public outputs of real cards; ids and some numbers are made up. */

/** nvidia-smi 535.183.01 with four A100: `--query-gpu=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu --format=csv,noheader,nounits`. */
export const fourA100 = `0, GPU-5f9c2a44-8f0e-1d2b-9a57-2b6f0c8f3d10, NVIDIA A100-SXM4-80GB, 93, 62668, 81920, 71
1, GPU-9b1d7e02-44aa-6c1f-0b7e-5d0a3f1c7e21, NVIDIA A100-SXM4-80GB, 91, 62259, 81920, 69
2, GPU-0c7e9f3b-2d5a-4e6f-8a1b-7c9d0e2f4a32, NVIDIA A100-SXM4-80GB, 42, 42905, 81920, 58
3, GPU-7a6b5c4d-3e2f-1a0b-9c8d-7e6f5a4b3c43, NVIDIA A100-SXM4-80GB, 0, 4, 81920, 34
`
/** The same machine: `--query-compute-apps=gpu_uuid,pid,used_memory`. */
export const a100Processes = `GPU-5f9c2a44-8f0e-1d2b-9a57-2b6f0c8f3d10, 48211, 62650
GPU-9b1d7e02-44aa-6c1f-0b7e-5d0a3f1c7e21, 48211, 62240
GPU-0c7e9f3b-2d5a-4e6f-8a1b-7c9d0e2f4a32, 51007, 3180
GPU-0c7e9f3b-2d5a-4e6f-8a1b-7c9d0e2f4a32, 39020, 39300
`
/** A card in MIG mode, which has no use of its own, and one in a container that may not see the processes' memory. */
export const dividedA100 = `0, GPU-5f9c2a44-8f0e-1d2b-9a57-2b6f0c8f3d10, NVIDIA A100-SXM4-40GB, [N/A], 19968, 40960, 45
`
export const hiddenProcesses = `GPU-5f9c2a44-8f0e-1d2b-9a57-2b6f0c8f3d10, 48211, [N/A]
GPU-5f9c2a44-8f0e-1d2b-9a57-2b6f0c8f3d10, [Insufficient Permissions], [Insufficient Permissions]
`
/** After an update of the driver without a restart; nvidia-smi ends with 18. */
export const driverMismatch = `Failed to initialize NVML: Driver/library version mismatch
NVML library version: 535.183
`
/** Without its kernel module; it ends with 9. */
export const driverMissing = `NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.

`
/** rocm-smi of ROCm 5.7 with one card: `--showproductname --showuse --showmeminfo vram --showtemp --showpids --json`. */
export const oneMi210 = `{"card0": {"Temperature (Sensor edge) (C)": "41.0", "Temperature (Sensor junction) (C)": "44.0", "Temperature (Sensor memory) (C)": "45.0", "GPU use (%)": "87", "VRAM Total Memory (B)": "68702699520", "VRAM Total Used Memory (B)": "4926205952", "Card series": "AMD INSTINCT MI210", "Card model": "0x0c34", "Card vendor": "Advanced Micro Devices, Inc. [AMD/ATI]", "Card SKU": "D67301"}, "system": {"PID48211": "python3, 1, 4915195904, 0, 42"}}
`
/** rocm-smi of ROCm 6 with two cards, of which one does not tell all, behind a warning. */
export const twoRadeons = `WARNING: AMD GPU device(s) is/are in a low-power state. Check power control/runtime_status

{"card0": {"GUID": "34756", "Temperature (Sensor edge) (C)": "47.0", "Current Socket Graphics Package Power (W)": "9.215", "GPU use (%)": "0", "VRAM Total Memory (B)": "536870912", "VRAM Total Used Memory (B)": "482263040", "Card Series": "Rembrandt [Radeon 680M]", "Card Model": "0x1681"}, "card1": {"GUID": "38294", "Temperature (Sensor edge) (C)": "49.0", "Temperature (Sensor junction) (C)": "49.0", "Average Graphics Package Power (W)": "19.0", "GPU use (%)": "N/A", "VRAM Total Memory (B)": "25753026560", "VRAM Total Used Memory (B)": "794341376", "Card Series": "Navi 31 [Radeon RX 7900 XT]", "Card Model": "0x744c"}, "system": {"PID4242": "ollama, 1, 500000000, 0, 0"}}
`
