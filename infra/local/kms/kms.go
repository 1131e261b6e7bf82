// Package kms is the local stack's KMS: Encrypt and Decrypt with one key, stored in a file.
//
// As in KMS, a ciphertext can be decrypted only with its encryption context. All key ids mean the same key.
// It imports awsjson and the standard library.
package kms

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"

	"github.com/recado-chat/recado/infra/local/awsjson"
)

const keyBytes = 32

// Server answers KMS's calls.
type Server struct {
	http.Handler
	aead cipher.AEAD
}

// Open reads the key at path, making it if there is none.
func Open(path string) (*Server, error) {
	key, err := readKey(path)
	if err != nil {
		return nil, fmt.Errorf("open the local key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("open the local key: %w", err)
	}
	s := &Server{}
	if s.aead, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, fmt.Errorf("open the local key: %w", err)
	}
	s.Handler = awsjson.Handler("TrentService", map[string]awsjson.Operation{
		"Encrypt": awsjson.On(s.encrypt),
		"Decrypt": awsjson.On(s.decrypt),
	})
	return s, nil
}

// readKey never leaves a partial key file: it renames the file into place once it is complete.
func readKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if err == nil && len(key) != keyBytes {
		return nil, fmt.Errorf("%s holds %d bytes, a key has %d", path, len(key), keyBytes)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key = make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the process instead
	draft := path + ".new"
	if err := writeSynced(draft, key); err != nil {
		return nil, err
	}
	return key, os.Rename(draft, path)
}

func writeSynced(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Sync(), file.Close())
}

type encryptInput struct {
	KeyID             string `json:"KeyId"`
	Plaintext         []byte
	EncryptionContext map[string]string
}

type encryptOutput struct {
	KeyID          string `json:"KeyId"`
	CiphertextBlob []byte
}

func (s *Server) encrypt(_ context.Context, in encryptInput) (encryptOutput, error) {
	if len(in.Plaintext) == 0 || len(in.Plaintext) > 4096 {
		return encryptOutput{}, &awsjson.Error{Type: "ValidationException", Message: "Plaintext must have 1 to 4096 bytes"}
	}
	bound, err := additionalData(in.EncryptionContext)
	if err != nil {
		return encryptOutput{}, err
	}
	return encryptOutput{KeyID: in.KeyID, CiphertextBlob: s.aead.Seal(nil, nil, in.Plaintext, bound)}, nil
}

type decryptInput struct {
	KeyID             string `json:"KeyId"`
	CiphertextBlob    []byte
	EncryptionContext map[string]string
}

type decryptOutput struct {
	KeyID     string `json:"KeyId"`
	Plaintext []byte
}

func (s *Server) decrypt(_ context.Context, in decryptInput) (decryptOutput, error) {
	bound, err := additionalData(in.EncryptionContext)
	if err != nil {
		return decryptOutput{}, err
	}
	plaintext, err := s.aead.Open(nil, nil, in.CiphertextBlob, bound)
	if err != nil {
		return decryptOutput{}, &awsjson.Error{Type: "InvalidCiphertextException"}
	}
	return decryptOutput{KeyID: in.KeyID, Plaintext: plaintext}, nil
}

// additionalData is the encryption context in one form: JSON objects are encoded with sorted keys.
func additionalData(encryptionContext map[string]string) ([]byte, error) {
	if len(encryptionContext) == 0 {
		return nil, nil
	}
	return json.Marshal(encryptionContext)
}
