package cognito_test

import (
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"github.com/recado-chat/recado/infra/local/cognito"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/identity"
)

func TestSignIn_TemporaryPassword_Challenge(t *testing.T) {
	t.Parallel()
	server, err := cognito.Open(filepath.Join(t.TempDir(), "users"))
	if err != nil {
		t.Fatal(err)
	}
	endpoint := httptest.NewServer(server)
	t.Cleanup(func() { endpoint.Close(); _ = server.Close() })
	client := cognitoidentityprovider.NewFromConfig(aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		BaseEndpoint: aws.String(endpoint.URL),
	})
	_, err = client.AdminCreateUser(t.Context(), &cognitoidentityprovider.AdminCreateUserInput{
		UserPoolId: aws.String("pool"), Username: aws.String(ana), TemporaryPassword: aws.String(password),
	})
	if err != nil {
		t.Fatal(err)
	}
	port, err := identity.NewCognito(client, "pool", "client")
	if err != nil {
		t.Fatal(err)
	}
	_, err = port.Check(t.Context(), ana, password)
	wantFault(t, err, fault.Unauthenticated, identity.ReasonChallenge)
}
