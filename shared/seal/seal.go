// Package seal encrypts what providers entrust to an account, with the stage's KMS key and the account's id as encryption
// context: a sealed value that is copied to another account does not open.
//
// What was opened is kept for some minutes, by the wall clock and never more than a few hundred values, so that a busy channel
// does not ask KMS for every message. It imports auth for the clock, cache, chat, fault and the SDK's client.
package seal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

const (
	kept    = 5 * time.Minute
	keptMax = 256
)

// Sealer seals and opens with one key.
type Sealer struct {
	client *kms.Client
	keyID  string
	opened *cache.Cache[sealed, []byte]
}

type sealed struct {
	account chat.AccountID
	secret  string
}

// New names what is missing.
func New(client *kms.Client, keyID string) (*Sealer, error) {
	if client == nil || keyID == "" {
		return nil, fmt.Errorf("seal: client and key are required, got key %q", keyID)
	}
	s := &Sealer{client: client, keyID: keyID}
	s.opened = cache.New(kept, keptMax, auth.Now, s.decrypt)
	return s, nil
}

// Seal encrypts for one account.
func (s *Sealer) Seal(ctx context.Context, account chat.AccountID, plaintext []byte) (chat.Secret, error) {
	answer, err := s.client.Encrypt(ctx, &kms.EncryptInput{KeyId: &s.keyID, Plaintext: plaintext, EncryptionContext: bound(account)})
	if err != nil {
		return nil, fault.New(fault.Unavailable, "encryption is unavailable").WithReason("seal_unavailable").WithCause(err)
	}
	return answer.CiphertextBlob, nil
}

// Open decrypts what was sealed for the account. Invalid means that it never will: sealed for another account, by another
// key, or damaged.
func (s *Sealer) Open(ctx context.Context, account chat.AccountID, secret chat.Secret) ([]byte, error) {
	return s.opened.Get(ctx, sealed{account: account, secret: string(secret)})
}

func (s *Sealer) decrypt(ctx context.Context, value sealed) ([]byte, error) {
	answer, err := s.client.Decrypt(ctx, &kms.DecryptInput{
		KeyId: &s.keyID, CiphertextBlob: []byte(value.secret), EncryptionContext: bound(value.account),
	})
	var (
		invalid *types.InvalidCiphertextException
		foreign *types.IncorrectKeyException
	)
	if errors.As(err, &invalid) || errors.As(err, &foreign) {
		return nil, fault.New(fault.Invalid, "the value cannot be decrypted").WithReason("seal_broken").WithCause(err)
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "decryption is unavailable").WithReason("seal_unavailable").WithCause(err)
	}
	return answer.Plaintext, nil
}

// SealCredentials seals a channel's credentials.
func (s *Sealer) SealCredentials(ctx context.Context, account chat.AccountID, credentials chat.Credentials) (chat.Secret, error) {
	return s.Seal(ctx, account, credentials)
}

// OpenCredentials opens a channel's credentials.
func (s *Sealer) OpenCredentials(ctx context.Context, account chat.AccountID, secret chat.Secret) (chat.Credentials, error) {
	plaintext, err := s.Open(ctx, account, secret)
	if err != nil {
		return nil, err
	}
	if !json.Valid(plaintext) {
		return nil, fault.New(fault.Invalid, "the decrypted credentials are not JSON").WithReason("seal_broken")
	}
	return plaintext, nil
}

func bound(account chat.AccountID) map[string]string {
	return map[string]string{"account": string(account)}
}
