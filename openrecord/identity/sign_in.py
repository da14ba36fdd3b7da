"""The two steps of signing in that a page calls: send the browser away, take it back.

The provider is spoken to outside every transaction, so that a slow provider holds no lock. The pages set the cookies.
"""

from collections.abc import Mapping
from datetime import datetime

from openrecord.gateways.openid import errors
from openrecord.gateways.openid.client import Authenticated
from openrecord.gateways.openid.errors import OpenIdError
from openrecord.identity import actions, providers, rules
from openrecord.identity.types import Kind, PendingSignIn, Redirect, Refusal, SignedIn, SignInRefused
from openrecord.kit import ids

_REFUSALS: Mapping[type[OpenIdError], Refusal] = {
    errors.ConsentNotGiven: Refusal.CONSENT_NOT_GIVEN,
    errors.AuthorizationRefused: Refusal.PROVIDER_REFUSED,
    errors.ProviderUnavailable: Refusal.PROVIDER_UNAVAILABLE,
    errors.ExchangeRefused: Refusal.TOKEN_INVALID,
    errors.TokenInvalid: Refusal.TOKEN_INVALID,
    errors.IdentityLevelTooLow: Refusal.LEVEL_TOO_LOW,
    errors.AuthenticationTooWeak: Refusal.SECOND_FACTOR_MISSING,
}


def begin(kind: Kind, next_path: str, at: datetime) -> Redirect:
    """Where to send the browser, and the cookie that binds the sign-in to it.

    `next_path`: local absolute path to go to afterwards. Raises UnsafePath, SignInRefused.
    """
    path = rules.local_path(next_path)
    client = providers.provider(kind).client
    try:
        request = client.start(at=at)
    except OpenIdError as error:
        raise _refused(error) from error
    cookie = ids.random_token()
    actions.begin_sign_in(
        state=request.state,
        cookie=cookie,
        pending=PendingSignIn(kind, request.nonce, request.verifier, path, at),
        at=at,
    )
    return Redirect(request.url, cookie)


def complete(
    kind: Kind,
    query: Mapping[str, str],
    cookie: str | None,
    at: datetime,
    *,
    previous_token: str | None = None,
    device: str | None = None,
) -> SignedIn:
    """Finish the sign-in that the browser comes back from, once, and open a session.

    `kind`: whose return address it came to, because a provider finishes only what was begun at itself; `query`: the
    parameters of that address; `cookie`: from `begin`; `previous_token`: the session this browser had, which ends;
    `device`: short description for the audit. Raises SignInRefused.
    """
    state = query.get("state")
    if not (state and cookie):
        raise SignInRefused(Refusal.EXPIRED)
    pending = actions.take_pending(kind=kind, state=state, cookie=cookie, at=at)
    try:
        proof = _proof(pending, query, at)
        if pending.kind is Kind.PATIENT:
            token, session = actions.admit_person(proof=proof, previous_token=previous_token, device=device, at=at)
        else:
            token, session = actions.admit_staff(
                proof=proof,
                role_claim=providers.provider(Kind.STAFF).role_claim,
                previous_token=previous_token,
                device=device,
                at=at,
            )
    except SignInRefused as refused:
        actions.record_refusal(kind=pending.kind, refused=refused, device=device, at=at)
        raise
    return SignedIn(token, session, pending.next_path)


def _proof(pending: PendingSignIn, query: Mapping[str, str], at: datetime) -> Authenticated:
    client = providers.provider(pending.kind).client
    try:
        if query.get("iss", client.settings.issuer) != client.settings.issuer:
            raise errors.TokenInvalid("issuer")  # RFC 9207: an answer from another provider
        if "error" in query:
            raise errors.error_from(query["error"], query.get("error_description", ""))
        if not query.get("code"):
            raise errors.AuthorizationRefused("other")
        return client.finish(
            code=query["code"], nonce=pending.nonce, verifier=pending.verifier, asked=pending.began, at=at
        )
    except OpenIdError as error:
        raise _refused(error) from error


def _refused(error: OpenIdError) -> SignInRefused:
    return SignInRefused(_REFUSALS[type(error)], error.reason)
