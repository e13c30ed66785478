# SPDX-License-Identifier: MIT
"""A certificate authority of our own, and the certificates it gives out."""

import pathlib
import subprocess

EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.certificate = self.folder / "authority.pem"
        openssl("req", "-x509", *EC, "-keyout", self.folder / "authority.key", "-out", self.certificate, "-days", "2",
                "-subj", "/CN=an authority of our own")

    def issue(self, name, host="DNS:localhost,IP:127.0.0.1", days=2):
        """Certificate and key, both PEM files; the key 0600."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={host}\n")
        openssl("req", *EC, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.folder / "authority.key", "-days", days,
                "-extfile", extensions, "-out", certificate)
        key.chmod(0o600)
        return certificate, key

    def hashed(self):
        """A folder of authorities as OpenSSL looks them up."""
        folder = self.folder / "hashed"
        folder.mkdir(exist_ok=True)
        (folder / "authority.pem").write_bytes(self.certificate.read_bytes())
        openssl("rehash", folder)
        return folder
