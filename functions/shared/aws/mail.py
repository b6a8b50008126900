"""The client of SES: plain letters, from the one sender that the stage has.

Nothing of a letter, nor who gets it, is in an error or a log.
"""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

# What a later try does not mend: the address, or the letter, is refused.
_FOR_GOOD = frozenset({"MessageRejected", "BadRequestException"})


class MailNotSent(Exception):
    """SES did not take a letter.

    Attributes:
        for_good: trying again does not help.
    """

    def __init__(self, code: str, *, for_good: bool) -> None:
        super().__init__(f"SES did not take a letter: {code}")
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Mail:
    """Letters from one sender.

    Permissions:
        ses:SendEmail on the sender's identity.
    """

    client: Any
    sender: str

    def send(self, to: str, subject: str, text: str) -> None:
        """Send a letter.

        Raises:
            MailNotSent: SES did not take it.
        """
        try:
            self.client.send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": [to]},
                Content={
                    "Simple": {
                        "Subject": {"Data": subject, "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
                    }
                },
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "unknown")
            # `from None`: a botocore error carries the address in its traceback.
            raise MailNotSent(code, for_good=code in _FOR_GOOD) from None
        except (ConnectionError, HTTPClientError) as error:
            raise MailNotSent(type(error).__name__, for_good=False) from None
