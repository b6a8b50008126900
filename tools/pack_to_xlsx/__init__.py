"""Make one workbook of an evidence pack that verifies, for reading with a spreadsheet.

    python3 pack-to-xlsx.py pack-3.tar.gz --expected-pubkey HEX

It first has evidence-pack-verify.py, which must stand beside it, check the pack with the options
given here. Of a pack that does not pass it makes nothing, says what that script said, and ends
with its exit code. What it then reads has the digests of the manifest that was verified.

The workbook, pack-3.xlsx beside the pack, has a cover (whom the pictures were asked of, what the
pack is of, what each check said, which hours are not complete, how many rows each sheet has) and a
sheet for every .jsonl member. Every text of the pack is a text there, never a formula or a link;
instants are texts, in UTC. It is for reading: the evidence is the pack, which is signed.

Needs Python 3.9 and XlsxWriter. Nothing is sent anywhere; of the pack, nothing is extracted.

Exit code: 0 written, 1 the evidence is bad, 2 could not check the pack, or could not write.
"""
