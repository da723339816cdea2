"""Fetches the SqueezeNet 1.1 weights to where torchvision looks for them later, without a network."""

import hashlib
import os
import re
import sys
import urllib.error
from pathlib import Path


def main() -> int:
    try:
        import torch.hub
        from torchvision.models import SqueezeNet1_1_Weights
    except ImportError as error:
        return complain(f"{sys.executable} lacks torchvision ({error}). Run 'make data' or 'make lab' first.")

    url = os.environ.get("CS231N_SQUEEZENET1_1_URL", SqueezeNet1_1_Weights.DEFAULT.url)
    name = Path(SqueezeNet1_1_Weights.DEFAULT.url).name
    path = Path(torch.hub.get_dir()) / "checkpoints" / name
    digest = re.search(r"-([0-9a-f]{8,})\.", name).group(1)  # torchvision puts the sha256's beginning there
    if path.exists():
        if hashlib.sha256(path.read_bytes()).hexdigest().startswith(digest):
            if "--quiet" not in sys.argv:
                print("squeezenet1_1: complete")
            return 0
        print(f"squeezenet1_1: {path} is damaged, so it is fetched again")
    print(f"squeezenet1_1: fetching {url}", flush=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # A download that is not whole and right is thrown away by this call; the old file stays until then.
        torch.hub.download_url_to_file(url, str(path), digest, progress=sys.stderr.isatty())
    except urllib.error.HTTPError as error:
        return complain(f"{url} does not give the file ({error}).")
    except OSError as error:
        reason = getattr(error, "reason", error)
        return complain(f"{url} can't be reached ({reason}). The embedded set is enough for the assignments.")
    except RuntimeError as error:
        return complain(f"what {url} sent is not the expected file: {error}")
    print(f"squeezenet1_1: complete, in {path.parent}")
    return 0


def complain(sentence: str) -> int:
    print(f"get_datasets.sh: squeezenet1_1: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
