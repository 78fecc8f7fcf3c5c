"""One message to a webhook that takes Slack's JSON: with a timeout, and again after what passes by itself."""

import requests
import tenacity

TIMEOUT_SECONDS = 10.0
ATTEMPTS = 3


class NotDelivered(Exception):
    """The webhook did not take the message; says why, and never where it is: the address is a secret."""


class _Passing(Exception):
    """Worth another attempt."""


def post(url: str, text: str, *, timeout: float = TIMEOUT_SECONDS, wait: float = 1.0) -> None:
    """Send the text as {"text": …}. Raises NotDelivered after three attempts, or at once when it is refused."""
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_exponential(multiplier=wait),
        retry=tenacity.retry_if_exception_type(_Passing),
        reraise=True,
    )
    try:
        retrying(_post_once, url, text, timeout)
    except _Passing as error:
        raise NotDelivered(f"the webhook did not take the message in {ATTEMPTS} attempts: {error}") from error


def _post_once(url: str, text: str, timeout: float) -> None:
    try:
        response = requests.post(url, json={"text": text}, timeout=timeout)
    except (requests.ConnectionError, requests.Timeout) as error:
        raise _Passing(type(error).__name__) from None
    except requests.RequestException as error:
        raise NotDelivered(f"NBA_ALERT_WEBHOOK is no usable address: {type(error).__name__}") from None
    if response.status_code == 429 or response.status_code >= 500:
        raise _Passing(f"HTTP {response.status_code}")
    if not response.ok:
        raise NotDelivered(f"the webhook refused the message: HTTP {response.status_code}; check NBA_ALERT_WEBHOOK")
