"""Your own detector into `zedo stream`: MediaPipe on a webcam or a film, a line of JSON for each image.

    python examples/mediapipe_to_stream.py clip.mp4 | zedo stream --image-size 1088x1920 > poses.jsonl

`zedo stream --camera 0` does the same in one process; this shows what any other detector has to write.
"""

import json
import sys

from zedo_cli.live.webcam import images
from zedo_cli.registry import DETECTORS

if __name__ == "__main__":
    detector = DETECTORS.find("mediapipe").open(None, 1)
    try:
        for image in images(sys.argv[1] if len(sys.argv) > 1 else "0"):
            found = detector.detect(image.pixels, image.seconds)  # [P, J, 3]: x, y in px, confidence
            people = [{"keypoints": person.round(2).tolist()} for person in found]
            line = {"time": image.seconds, "skeleton": detector.skeleton, "people": people}
            print(json.dumps(line), flush=True)
    except BrokenPipeError:
        sys.stderr.close()  # nobody reads any more
    finally:
        detector.close()
