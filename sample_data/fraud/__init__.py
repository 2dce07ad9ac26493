"""A simulated card-payment data set: simulator, features, model and the files they make."""
