// Stands in for what the helper never uses.
module.exports = {};
