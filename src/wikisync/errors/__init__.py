"""Define the exceptions of this program. They have facts; ``report.error_messages`` words them.

WikisyncError
├── UsageError                    wrong usage or configuration (exit code 2)
│   ├── NotConfigured             a required setting is missing
│   ├── BadConfig                 a setting has an invalid value
│   ├── AlreadyConfigured         the configuration file has another value
│   ├── TokenInFile               a token is in a file or value where it does not belong
│   ├── NoSuchPath                a PATH argument matches no page
│   ├── NoSuchRun                 no run has this number, or none can be undone
│   ├── NeedsYes                  writes need a confirmation, and there is no terminal
│   ├── BadPlan                   a plan file is invalid
│   ├── NotWritten                an output file cannot be written
│   ├── BackupMissing             a backup does not exist
│   ├── ExtraMissing              an optional dependency is not installed
│   └── PortTaken                 a server cannot listen on a port
├── BadPage                       a file is no valid page; other pages are processed
├── BadName                       a file name or a page path is invalid
│   └── MisplacedFiles            files are laid out otherwise than the configuration says
├── BadAsset                      a file cannot be an image or file of the wiki as it is
├── FolderError                   a file cannot be read or written
│   └── FileChanged               a file changed after the plan was made
├── WikiError                     the wiki or the connection to it fails
│   ├── Unreachable               no response: no connection, cut off, timeout, HTTP 5xx
│   │   ├── CertificateError      the certificate is not trusted
│   │   └── ClientCertificateError    the server does not accept the client's certificate
│   ├── UnexpectedResponse        the response is not from the API of Wiki.js
│   │   ├── Redirected            a redirect, which is not followed
│   │   │   └── RedirectedToLogin     a redirect to a login page
│   │   └── GatewayRefused        a gateway in front of the wiki refuses the request
│   ├── ApiDisabled               the API is disabled, or the key is revoked
│   ├── Unauthenticated           the wiki does not accept the token
│   ├── Forbidden                 the key lacks a permission
│   │   └── AssetFolderHidden         the key may not see a folder of images and files
│   ├── TooLarge                  a request or a response is too large
│   ├── PageGone                  no such page (6003)
│   ├── PageHidden                the key may not read the page (6013)
│   ├── AssetGone                 no such image or file (2004, 404)
│   ├── AssetTooLarge             a file is larger than the wiki takes
│   ├── AssetLost                 the wiki did not store a file
│   ├── SeveralAssets             the wiki has several files of one name
│   ├── UploadsNeedAuthorization  a gateway has the header that uploads need
│   ├── Rejected                  a write is refused, and changed nothing
│   │   └── NameTaken             the wiki takes a page's name for that of another page
│   └── WriteUncertain            a write failed, and may have been done all the same
│       ├── RenderFailed          a page was written, and cannot be rendered
│       └── TagTaken              a page was written without its tags, one of which is taken
├── PageChanged                   a page changed after the plan was made
├── AssetChanged                  an asset changed after the plan was made
├── StalePlan                     a page changed after a reviewed plan was made
├── OverwroteConcurrentEdit       a write replaced an edit of the same moment; it is in a backup
├── StateError                    the state in .wikisync cannot be used
├── BackupDamaged                 a backup's file is missing, or has other bytes
├── Locked                        another run holds the lock
├── UntrustedCheckout             the files checked out on GitHub must not decide this
├── GitHubError                   GitHub or git refuses
└── Interrupted                   the user pressed Ctrl-C; completed pages are recorded
"""

from __future__ import annotations

from wikisync.errors.assets import (
    AssetChanged,
    AssetFolderHidden,
    AssetGone,
    AssetLost,
    AssetTooLarge,
    BadAsset,
    SeveralAssets,
    UploadsNeedAuthorization,
)
from wikisync.errors.base import (
    BackupDamaged,
    GitHubError,
    Interrupted,
    Locked,
    StateError,
    UntrustedCheckout,
    WikisyncError,
)
from wikisync.errors.gateway import ClientCertificateError, GatewayRefused, RedirectedToLogin
from wikisync.errors.pages import (
    BadName,
    BadPage,
    FileChanged,
    FolderError,
    MisplacedFiles,
    OverwroteConcurrentEdit,
    PageChanged,
    StalePlan,
)
from wikisync.errors.usage import (
    AlreadyConfigured,
    BackupMissing,
    BadConfig,
    BadPlan,
    ExtraMissing,
    NeedsYes,
    NoSuchPath,
    NoSuchRun,
    NotConfigured,
    NotWritten,
    PortTaken,
    TokenInFile,
    UsageError,
)
from wikisync.errors.wiki import (
    ApiDisabled,
    CertificateError,
    Forbidden,
    NameTaken,
    PageGone,
    PageHidden,
    Redirected,
    Rejected,
    RenderFailed,
    TagTaken,
    TooLarge,
    Unauthenticated,
    UnexpectedResponse,
    Unreachable,
    WikiError,
    WriteUncertain,
)

__all__ = [
    "AlreadyConfigured",
    "ApiDisabled",
    "AssetChanged",
    "AssetFolderHidden",
    "AssetGone",
    "AssetLost",
    "AssetTooLarge",
    "BackupDamaged",
    "BackupMissing",
    "BadAsset",
    "BadConfig",
    "BadName",
    "BadPage",
    "BadPlan",
    "CertificateError",
    "ClientCertificateError",
    "ExtraMissing",
    "FileChanged",
    "FolderError",
    "Forbidden",
    "GatewayRefused",
    "GitHubError",
    "Interrupted",
    "Locked",
    "MisplacedFiles",
    "NameTaken",
    "NeedsYes",
    "NoSuchPath",
    "NoSuchRun",
    "NotConfigured",
    "NotWritten",
    "OverwroteConcurrentEdit",
    "PageChanged",
    "PageGone",
    "PageHidden",
    "PortTaken",
    "Redirected",
    "RedirectedToLogin",
    "Rejected",
    "RenderFailed",
    "SeveralAssets",
    "StalePlan",
    "StateError",
    "TagTaken",
    "TokenInFile",
    "TooLarge",
    "Unauthenticated",
    "UnexpectedResponse",
    "Unreachable",
    "UntrustedCheckout",
    "UploadsNeedAuthorization",
    "UsageError",
    "WikiError",
    "WikisyncError",
    "WriteUncertain",
]
